using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // A token right after what has to be given: all that is optional lies between them in the other forms.
    public partial class Service
    {
        /// <summary>InvokeAsync with nothing but a token.</summary>
        public Task<OssResponse> InvokeAsync(string operation, CancellationToken cancellationToken) =>
            InvokeAsync(operation, options: null, cancellationToken: cancellationToken);

        /// <summary>DescribeRegionsAsync with nothing but a token.</summary>
        public Task<OssResponse> DescribeRegionsAsync(CancellationToken cancellationToken) =>
            DescribeRegionsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>ListBucketsAsync with nothing but a token.</summary>
        public AsyncListing<BucketEntry> ListBucketsAsync(CancellationToken cancellationToken) =>
            ListBucketsAsync(options: null, cancellationToken: cancellationToken);
    }
}
