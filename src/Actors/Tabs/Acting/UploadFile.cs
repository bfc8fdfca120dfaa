using System.Net.Http.Headers;

namespace ActorBrowser;

/// <summary>A file that is given to a page's form. The page's renderer learns its name and type only; the browser reads the bytes while it sends them.</summary>
public sealed class UploadFile
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string? _path;
    private readonly DateTime _written;

    private UploadFile(string name, string? type, string? path, ReadOnlyMemory<byte> bytes, long length, DateTime written)
    {
        if (name.Length is 0 or > 255)
            throw new ArgumentException($"The file's name has {name.Length} characters; it may have 1 to 255.", nameof(name));
        if (type is not null && (type.Length > 255 || !MediaTypeHeaderValue.TryParse(type, out _) || type.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            throw new ArgumentException($"'{Transport.Http.HttpRules.Shorten(type, 100)}' is not a media type, such as text/plain.", nameof(type));
        (Name, Type, _path, _bytes, Length, _written) = (name, type ?? FileTypes.Of(name), path, bytes, length, written);
    }

    /// <summary>The name that the server is told.</summary>
    public string Name { get; }

    /// <summary>The media type that the server is told.</summary>
    public string Type { get; }

    /// <summary>The length, in bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes of a file in memory; null for one on disk.</summary>
    internal ReadOnlyMemory<byte>? Bytes => _path is null ? _bytes : default(ReadOnlyMemory<byte>?);

    /// <summary>A file on disk. It is read when a form sends it; if it has changed by then, the navigation fails.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The name that the server is told; null for the file's own.</param>
    /// <param name="type">The media type; null for one that the name's extension says.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">It is not a regular file, or may not be read.</exception>
    /// <exception cref="ArgumentException">The name or the type is not valid.</exception>
    public static UploadFile FromFile(string path, string? name = null, string? type = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileInfo(Path.GetFullPath(path));
        if (!file.Exists)
            throw new FileNotFoundException($"There is no file '{path}' to upload.", path);
        // A pipe or a device has a length of 0, and would be sent as nothing.
        using var content = Interop.RegularFile.TryOpen(file.FullName) ?? throw new IOException($"'{path}' is not a regular file, or may not be read.");
        return new UploadFile(name ?? file.Name, type, file.FullName, default, content.Length, File.GetLastWriteTimeUtc(content.SafeFileHandle));
    }

    /// <summary>A file in memory.</summary>
    /// <param name="name">The name that the server is told.</param>
    /// <param name="bytes">Must not change while the page is open.</param>
    /// <param name="type">The media type; null for one that the name's extension says.</param>
    /// <exception cref="ArgumentException">The name or the type is not valid.</exception>
    public static UploadFile FromBytes(string name, ReadOnlyMemory<byte> bytes, string? type = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new UploadFile(name, type, null, bytes, bytes.Length, default);
    }

    /// <summary>Opens the file; one that has changed is refused. May block.</summary>
    /// <exception cref="IOException">The file cannot be read, or has changed.</exception>
    internal Stream Open()
    {
        if (_path is null)
            return new MemoryBody(_bytes);
        var stream = Interop.RegularFile.TryOpen(_path) ?? throw new IOException($"the file '{Name}' cannot be read");
        if (stream.Length == Length && File.GetLastWriteTimeUtc(stream.SafeFileHandle) == _written)
            return stream;
        stream.Dispose();
        throw new IOException($"the file '{Name}' has changed since it was given to the page");
    }
}

/// <summary>The media types of common file names.</summary>
internal static class FileTypes
{
    private static readonly Dictionary<string, string> s_types = new(StringComparer.OrdinalIgnoreCase)
    {
        [".txt"] = "text/plain",
        [".csv"] = "text/csv",
        [".html"] = "text/html",
        [".htm"] = "text/html",
        [".css"] = "text/css",
        [".js"] = "text/javascript",
        [".json"] = "application/json",
        [".xml"] = "text/xml",
        [".pdf"] = "application/pdf",
        [".zip"] = "application/zip",
        [".gz"] = "application/gzip",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".gif"] = "image/gif",
        [".webp"] = "image/webp",
        [".svg"] = "image/svg+xml",
        [".mp3"] = "audio/mpeg",
        [".mp4"] = "video/mp4",
        [".docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };

    internal static string Of(string name) => s_types.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");
}
