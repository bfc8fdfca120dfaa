using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A decoder's library, which may not be installed.</summary>
/// <param name="file">Its file name.</param>
/// <param name="package">The Debian package that contains it.</param>
internal sealed class CodecLibrary(string file, string package)
{
    private static readonly string[] Folders =
        [.. new[] { "/usr/lib", "/lib", "/usr/lib64", "/lib64", "/usr/local/lib" }.SelectMany(static folder => new[] { folder, folder + "/x86_64-linux-gnu", folder + "/aarch64-linux-gnu" })];

    private readonly Lazy<nint> _handle = new(() => !OperatingSystem.IsWindows() && NativeLibrary.TryLoad(file, out var handle) ? handle : 0);

    /// <summary>libpng.</summary>
    public static CodecLibrary Png { get; } = new("libpng16.so.16", "libpng16-16");

    /// <summary>TurboJPEG.</summary>
    public static CodecLibrary Jpeg { get; } = new("libturbojpeg.so.0", "libturbojpeg0");

    /// <summary>libwebp.</summary>
    public static CodecLibrary WebP { get; } = new("libwebp.so.7", "libwebp7");

    /// <summary>libwebpdemux, for animations.</summary>
    public static CodecLibrary WebPDemux { get; } = new("libwebpdemux.so.2", "libwebpdemux2");

    /// <summary>All libraries.</summary>
    public static IReadOnlyList<CodecLibrary> All { get; } = [Png, Jpeg, WebP, WebPDemux];

    /// <summary>Its file name.</summary>
    public string File { get; } = file;

    /// <summary>The Debian package that contains it.</summary>
    public string Package { get; } = package;

    /// <summary>Whether the file is in one of the library folders; loads nothing.</summary>
    public bool IsInstalled => !OperatingSystem.IsWindows() && Folders.Any(folder => System.IO.File.Exists(Path.Combine(folder, File)));

    /// <summary>Whether it can be loaded. Loads it into this process: call this only in an image decoder's process.</summary>
    public bool IsLoaded => _handle.Value != 0;

    internal nint Function(string name) => NativeLibrary.GetExport(_handle.Value, name);
}

/// <summary>A native decoder rejects a file.</summary>
/// <param name="message">The decoder's message.</param>
internal sealed class CodecException(string message) : Exception(message);
