namespace Alioss
{
    /// <summary>
    /// How a call ended. Numbers never change meaning; later versions of the library may bring more, so treat one that has
    /// no name here as a failure.
    /// </summary>
    public enum OssStatus
    {
        /// <summary>It worked.</summary>
        Ok = 0,

        /// <summary>A parameter or option is missing or out of range; nothing was sent.</summary>
        InvalidArgument = 1,

        /// <summary>No such bucket, object, upload or setting (HTTP 404).</summary>
        NotFound = 2,

        /// <summary>The service refused: signature, key, token, policy or clock (401, 403).</summary>
        Denied = 3,

        /// <summary>The bucket or object is there already (409).</summary>
        Exists = 4,

        /// <summary>The state of the bucket or object forbids the operation (other 409).</summary>
        Conflict = 5,

        /// <summary>A condition of the request did not hold (412).</summary>
        PreconditionFailed = 6,

        /// <summary>The object has not changed since (304).</summary>
        NotModified = 7,

        /// <summary>The service does not accept the request as it is (other 4xx).</summary>
        BadRequest = 8,

        /// <summary>Too many requests or too much traffic; try later (429, 503).</summary>
        Throttled = 9,

        /// <summary>The service failed (5xx).</summary>
        ServerError = 10,

        /// <summary>No connection, or it broke: resolving, connecting, TLS, reset.</summary>
        Network = 11,

        /// <summary>A time-out of the options or of the call expired.</summary>
        Timeout = 12,

        /// <summary>The call was cancelled; comes as <see cref="System.OperationCanceledException"/>.</summary>
        Cancelled = 13,

        /// <summary>Content and checksum do not agree.</summary>
        ChecksumMismatch = 14,

        /// <summary>Fewer bytes arrived than were announced.</summary>
        Truncated = 15,

        /// <summary>A local file failed.</summary>
        Io = 16,

        /// <summary>An object that allows one thread at a time is in use by another.</summary>
        Busy = 17,

        /// <summary>This library or this service cannot do that.</summary>
        Unsupported = 18,

        /// <summary>No usable credentials; nothing was sent.</summary>
        Credentials = 19,

        /// <summary>The answer makes no sense: not HTTP, not XML, or another document.</summary>
        BadResponse = 20,

        /// <summary>There was not enough memory for something large, such as an answer.</summary>
        NoMemory = 21,

        /// <summary>A defect of the library. Please report it.</summary>
        Bug = 99,
    }
}
