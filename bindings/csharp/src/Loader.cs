#if NET
using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Alioss
{
    /// <summary>
    /// Finds the native library as .NET does, then in <c>runtimes/RID/native</c> beside the program; if it is nowhere, the
    /// exception says where it was looked for.
    /// </summary>
    internal static class Loader
    {
        private const string Library = "libalioss";

        [SuppressMessage(
            "Usage", "CA2255", Justification = "nothing of this assembly can be used before its native library is found")]
        [ModuleInitializer]
        internal static void Initialize() => NativeLibrary.SetDllImportResolver(typeof(Loader).Assembly, Find);

        private static IntPtr Find(string name, Assembly assembly, DllImportSearchPath? searchPath)
        {
            if (name != Library)
            {
                return IntPtr.Zero;
            }
            IntPtr found;
            if (NativeLibrary.TryLoad(name, assembly, searchPath, out found))
            {
                return found;
            }
            var places = Places();
            foreach (string place in places)
            {
                if (File.Exists(place))
                {
                    // If it cannot be loaded, this says why.
                    return NativeLibrary.Load(place);
                }
            }
            throw new DllNotFoundException(
                $"the native library of Alioss for {RuntimeInformation.RuntimeIdentifier} is neither where the system's loader "
                + $"looks nor at {string.Join(", ", places)}; is it built for this platform and in the package?");
        }

        private static List<string> Places()
        {
            string file = Library
                + (OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so");
            string beside = AppContext.BaseDirectory;
            string runtime = RuntimeInformation.RuntimeIdentifier;
            var places = new List<string>
            {
                Path.Combine(beside, file),
                Path.Combine(beside, "runtimes", runtime, "native", file),
            };
            string portable = Path.Combine(beside, "runtimes", Portable(runtime), "native", file);
            if (!places.Contains(portable))
            {
                places.Add(portable);
            }
            return places;
        }

        /// <summary>
        /// The platform as packages name it. What distributions have built themselves names it after them, such as
        /// "ubuntu.24.04-x64".
        /// </summary>
        private static string Portable(string runtime)
        {
            if (!OperatingSystem.IsLinux())
            {
                return runtime;
            }
            bool isMusl = runtime.StartsWith("alpine", StringComparison.Ordinal) || runtime.Contains("-musl-");
            return string.Concat(isMusl ? "linux-musl" : "linux", runtime.AsSpan(runtime.LastIndexOf('-')));
        }
    }
}
#endif
