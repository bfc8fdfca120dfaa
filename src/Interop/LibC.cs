using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The C library, one partial file per family of calls.</summary>
internal static partial class LibC
{
    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);
}
