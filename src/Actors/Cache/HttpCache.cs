using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>
/// A private HTTP cache on disk (RFC 9111), for one identity: entries of another identity's name in the same folder are not found.
/// Readable only by its owner. A damaged entry is a miss. Thread-safe; several processes may share a folder.
/// </summary>
/// <param name="folder">Created if missing.</param>
/// <param name="identity">A name for the identity that the requests are made with: two identities must not share one.</param>
/// <param name="maxBytes">The most bytes of all files; the least recently used are removed first.</param>
public sealed class HttpCache(string folder, string identity = "", long maxBytes = 1L << 30)
{
    private const string Temporary = ".new";

    private readonly Lock _lock = new();
    private Dictionary<string, (long Bytes, DateTime Used)>? _files;
    private long _total;

    /// <summary>How many bytes its files have.</summary>
    internal long Bytes
    {
        get
        {
            lock (_lock)
            {
                _ = Files;
                return _total;
            }
        }
    }

    /// <summary>Finds a stored response to GET.</summary>
    /// <param name="url">Without a fragment.</param>
    /// <returns>Null for none, and for a damaged one.</returns>
    internal CacheEntry? Find(string url)
    {
        var name = CacheEntry.NameOf(identity, url);
        lock (_lock)
        {
            if (!Files.ContainsKey(name))
                return null;
        }
        try
        {
            var path = PathOf(name);
            if (CacheEntry.Read(File.ReadAllBytes(path), identity, url) is not { } entry)
            {
                Remove(name);
                return null;
            }
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            lock (_lock)
            {
                if (Files.TryGetValue(name, out var file))
                    Files[name] = file with { Used = DateTime.UtcNow };
            }
            return entry;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another process has removed it, or it cannot be read.
            return null;
        }
    }

    /// <summary>Whether there is an entry, damaged or not: without one, no file needs to be read.</summary>
    internal bool Knows(string url)
    {
        lock (_lock)
            return Files.ContainsKey(CacheEntry.NameOf(identity, url));
    }

    /// <summary>Takes an answer: stores it if it may be stored, else removes what is stored for its URL; a method that changes things removes that, too.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="request">The request's fields.</param>
    /// <param name="answer">The response, with its own fields.</param>
    internal void Take(string method, IReadOnlyList<HeaderField> request, CacheEntry answer)
    {
        var name = CacheEntry.NameOf(identity, answer.Url);
        if (CacheRules.Invalidates(method, answer.Status))
        {
            Remove(name);
            return;
        }
        if (method != "GET" || answer.Status == 206)
            return;
        if (!CacheRules.MayStore(request, answer.Status, answer.Headers))
        {
            // What is stored answers no longer, unless this is an error that may pass.
            if (answer.Status < 500)
                Remove(name);
            return;
        }
        Write(name, answer with { Headers = CacheRules.Storable(answer.Headers), Request = CacheRules.Varying(request, answer.Headers) });
    }

    /// <summary>Stores an entry that a 304 has confirmed, with the answer's fields.</summary>
    /// <returns>The entry as it is now.</returns>
    internal CacheEntry Freshen(CacheEntry entry, IReadOnlyList<HeaderField> notModified, DateTimeOffset requested, DateTimeOffset received)
    {
        var fresh = entry with { Headers = CacheRules.Merge(entry.Headers, notModified), Requested = requested, Received = received };
        Write(CacheEntry.NameOf(identity, entry.Url), fresh);
        return fresh;
    }

    private void Write(string name, CacheEntry entry)
    {
        var bytes = entry.ToBytes(identity);
        if (bytes.Length > maxBytes / 4)
        {
            Remove(name);
            return;
        }
        // Creates the folder, too, with its own permissions.
        _ = Bytes;
        var path = PathOf(name);
        MakeFolder(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}{Temporary}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(temporary, options))
                file.Write(bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        lock (_lock)
        {
            _total += bytes.Length - (Files.TryGetValue(name, out var before) ? before.Bytes : 0);
            Files[name] = (bytes.Length, DateTime.UtcNow);
        }
        Evict();
    }

    // A tenth more than needed, so that not every store evicts.
    private void Evict()
    {
        List<string> gone = [];
        lock (_lock)
        {
            if (_total <= maxBytes)
                return;
            var left = _total;
            foreach (var (name, file) in Files.OrderBy(static pair => pair.Value.Used))
            {
                if (left <= maxBytes - maxBytes / 10)
                    break;
                left -= file.Bytes;
                gone.Add(name);
            }
        }
        gone.ForEach(Remove);
    }

    private void Remove(string name)
    {
        lock (_lock)
        {
            if (Files.Remove(name, out var file))
                _total -= file.Bytes;
            else
                return;
        }
        try
        {
            File.Delete(PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It stays on disk, and is not used again by this process.
        }
    }

    private Dictionary<string, (long Bytes, DateTime Used)> Files => _files ??= ReadFolder();

    private Dictionary<string, (long Bytes, DateTime Used)> ReadFolder()
    {
        var files = new Dictionary<string, (long, DateTime)>(StringComparer.Ordinal);
        MakeFolder(folder);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }))
        {
            if (file.Name.EndsWith(Temporary, StringComparison.Ordinal))
            {
                // A process died while it wrote; one that writes now takes less than an hour.
                if (DateTime.UtcNow - file.LastWriteTimeUtc > TimeSpan.FromHours(1))
                    file.Delete();
                continue;
            }
            files[file.Name] = (file.Length, file.LastWriteTimeUtc);
            _total += file.Length;
        }
        return files;
    }

    private string PathOf(string name) => Path.Combine(folder, name[..2], name);

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
