using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace ActorBrowser;

/// <summary>A crawl's folder cannot be used.</summary>
/// <param name="message">One sentence.</param>
internal sealed class CrawlFolderException(string message) : IOException(message);

/// <summary>
/// A crawl's folder: <c>urls.jsonl</c> (every known URL), <c>pages.jsonl</c> (every result) and the pages. Both files are only appended
/// to. The links of a page are written before its result, and its result as one line: wherever a run was killed, the next one loads
/// exactly the pages without a line. Not thread-safe.
/// </summary>
internal sealed class CrawlFolder : IDisposable
{
    private const string PagesName = "pages";
    private static readonly TimeSpan SyncEvery = TimeSpan.FromSeconds(1);

    private readonly string _folder;
    private readonly FileStream _urls;
    private readonly FileStream _pages;
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _synced = Stopwatch.GetTimestamp();

    private CrawlFolder(string folder, FileStream urls, FileStream pages) => (_folder, _urls, _pages) = (folder, urls, pages);

    /// <summary>Opens or creates a folder, and reads what its earlier runs have done.</summary>
    /// <exception cref="CrawlFolderException">It holds another crawl.</exception>
    /// <exception cref="IOException">It cannot be used, or another process uses it.</exception>
    internal static (CrawlFolder Folder, CrawlPast Past) Open(CrawlOptions options)
    {
        var folder = Path.GetFullPath(options.Folder!);
        RefuseLinks(folder);
        Directory.CreateDirectory(Path.Combine(folder, PagesName));
        // The lock against a second process; other programs may read the results meanwhile.
        var urls = Append(Path.Combine(folder, "urls.jsonl"), FileShare.None, CrawlJson.IsHeading);
        FileStream? pages = null;
        try
        {
            pages = Append(Path.Combine(folder, "pages.jsonl"), FileShare.Read, static line => CrawlJson.ReadPage(line) is not null);
            if (options.Again)
            {
                urls.SetLength(0);
                pages.SetLength(0);
            }
            var past = new CrawlPast();
            var heading = CrawlJson.Heading(options);
            foreach (var line in Lines(urls))
            {
                if (past.Heading is null)
                    past.Heading = line;
                else if (CrawlJson.ReadTarget(line) is { } target)
                    past.Targets.Add(target);
            }
            if (past.Heading is not null && past.Heading != heading)
                throw new CrawlFolderException($"The folder holds another crawl: {past.Heading}. Take another folder, or begin this one again (--again).");
            foreach (var line in Lines(pages))
            {
                if (CrawlJson.ReadPage(line) is { } page)
                    past.Pages.Add(page);
            }
            var opened = new CrawlFolder(folder, urls, pages);
            if (past.Heading is null)
                urls.Write(Encoding.UTF8.GetBytes(heading + "\n"));
            return (opened, past);
        }
        catch
        {
            urls.Dispose();
            pages?.Dispose();
            throw;
        }
    }

    /// <summary>The name of a page's file: readable, safe on every file system, and different for every URL.</summary>
    internal static string FileOf(string url, CrawlSave save)
    {
        var path = url[(url.IndexOf("//", StringComparison.Ordinal) + 2)..];
        var name = new StringBuilder(96);
        foreach (var c in path.AsSpan(0, Math.Min(path.Length, 80)))
            name.Append(char.IsAsciiLetterOrDigit(c) || (c is '-' or '.' && name.Length > 0 && name[^1] != '.') ? c : '_');
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)).AsSpan(0, 8));
        return $"{PagesName}/{name}-{hash}{(save == CrawlSave.Markdown ? ".md" : ".html")}";
    }

    /// <summary>Writes results: the pages' files, then their links, then their lines.</summary>
    internal void Write(IReadOnlyList<CrawlResult> results)
    {
        foreach (var result in results)
        {
            if (result.Page?.File is not { } file)
                continue;
            using var stream = CreateAnew(Path.Combine(_folder, file));
            stream.Write(result.Content.Span);
        }
        foreach (var result in results)
        {
            foreach (var target in result.Found)
            {
                CrawlJson.Write(_buffer, target);
                _buffer.Write("\n"u8);
            }
        }
        WriteTo(_urls);
        foreach (var result in results)
        {
            if (result.Page is null)
                continue;
            CrawlJson.Write(_buffer, result.Page);
            _buffer.Write("\n"u8);
        }
        WriteTo(_pages);
        // A kill loses nothing that was written; a power failure at most the last second.
        if (Stopwatch.GetElapsedTime(_synced) >= SyncEvery)
            Sync();
    }

    internal void Write(CrawlSummary summary)
    {
        CrawlJson.Write(_buffer, summary);
        _buffer.Write("\n"u8);
        var path = Path.Combine(_folder, "summary.json");
        using (var file = CreateAnew(path + ".new"))
            file.Write(_buffer.WrittenSpan);
        File.Move(path + ".new", path, overwrite: true);
        _buffer.ResetWrittenCount();
        Sync();
    }

    public void Dispose()
    {
        _urls.Dispose();
        _pages.Dispose();
    }

    private void WriteTo(FileStream file)
    {
        if (_buffer.WrittenCount > 0)
            file.Write(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
    }

    private void Sync()
    {
        _urls.Flush(flushToDisk: true);
        _pages.Flush(flushToDisk: true);
        _synced = Stopwatch.GetTimestamp();
    }

    // A link in the folder would lead the crawl to write elsewhere.
    private static void RefuseLinks(string folder)
    {
        foreach (var name in (ReadOnlySpan<string>)[PagesName, "cache", "urls.jsonl", "pages.jsonl"])
        {
            if (new FileInfo(Path.Combine(folder, name)).LinkTarget is { } target)
                throw new CrawlFolderException($"'{name}' in the folder is a link to '{target}', which a crawl does not follow.");
        }
    }

    // Never into what is there, which may be a link: that is removed.
    private static FileStream CreateAnew(string path)
    {
        File.Delete(path);
        return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private static FileStream Take(string path, FileShare share)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 0);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException) && File.Exists(path))
        {
            throw new CrawlFolderException($"Another process uses '{path}': the folder may have a crawl that runs.");
        }
    }

    // A file that ends within a line was being written when its process was killed. One that is no crawl's is left alone.
    private static FileStream Append(string path, FileShare share, Func<string, bool> isOurs)
    {
        var file = Take(path, share);
        try
        {
            if (Lines(file).FirstOrDefault() is { Length: > 0 } first && !isOurs(first) && !(file.Length == first.Length && CrawlJson.MayBegin(first)))
                throw new CrawlFolderException($"'{path}' is not a crawl's: take another folder.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
        var end = file.Length;
        Span<byte> piece = stackalloc byte[4096];
        while (end > 0)
        {
            var start = Math.Max(0, end - piece.Length);
            file.Position = start;
            var part = piece[..(int)(end - start)];
            file.ReadExactly(part);
            var line = part.LastIndexOf((byte)'\n');
            end = line >= 0 ? start + line + 1 : start;
            if (line >= 0)
                break;
        }
        if (end != file.Length)
            file.SetLength(end);
        return file;
    }

    private static IEnumerable<string> Lines(FileStream file)
    {
        file.Position = 0;
        using (var reader = new StreamReader(file, Encoding.UTF8, false, 64 << 10, leaveOpen: true))
        {
            while (reader.ReadLine() is { } line)
                yield return line;
        }
        file.Position = file.Length;
    }
}

/// <summary>What earlier runs have written.</summary>
internal sealed class CrawlPast
{
    /// <summary>Null for a new folder.</summary>
    internal string? Heading { get; set; }

    internal List<CrawlTarget> Targets { get; } = [];

    internal List<CrawledPage> Pages { get; } = [];
}

/// <summary>What is written at a time.</summary>
/// <param name="Page">A page's result; null for found URLs alone.</param>
/// <param name="Found">URLs that are known from now on.</param>
/// <param name="Content">Goes into the page's file, if it has one.</param>
internal sealed record CrawlResult(CrawledPage? Page, IReadOnlyList<CrawlTarget> Found, ReadOnlyMemory<byte> Content);
