using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>What is wrong with a file of cookies.</summary>
public enum CookieFileFailure
{
    /// <summary>It does not hold cookies as this program writes them. It is left as it is.</summary>
    Damaged,

    /// <summary>It cannot be read.</summary>
    Unreadable,

    /// <summary>It cannot be written.</summary>
    Unwritable,
}

/// <summary>A file of cookies cannot be used.</summary>
/// <param name="kind">Why.</param>
/// <param name="message">One sentence.</param>
/// <param name="inner">The exception behind it, if any.</param>
public sealed class CookieFileException(CookieFileFailure kind, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Why.</summary>
    public CookieFileFailure Kind { get; } = kind;
}

/// <summary>
/// Keeps the cookies of a jar in a file. A write takes the file's lock, reads what others have written meanwhile, applies this jar's
/// changes to it, and replaces the file; so that no program loses another's cookies, and no reader sees half a file.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="withSession">Whether cookies without an end are kept.</param>
/// <param name="jar">The jar.</param>
/// <param name="guard">Guards the jar.</param>
internal sealed class CookieFile(string path, bool withSession, CookieJar jar, Lock guard)
{
    private readonly string _path = Path.GetFullPath(path);
    private readonly Lock _state = new();
    private Task _saving = Task.CompletedTask;

    /// <summary>Takes the file's cookies into the jar.</summary>
    /// <exception cref="CookieFileException">The file cannot be read, or holds something else.</exception>
    internal void Load()
    {
        var cookies = Read();
        lock (guard)
            jar.Replace(cookies, withSession, DateTimeOffset.UtcNow);
    }

    /// <summary>The jar may have changed: writes the file soon, outside the caller's thread.</summary>
    internal void OnTaken()
    {
        lock (guard)
        {
            if (jar.Changed.Count == 0)
                return;
        }
        lock (_state)
        {
            // A write that has not begun yet will take these changes too; a failed one is tried again with the next change.
            if (_saving.IsCompleted)
                _saving = Task.Run(Save);
        }
    }

    /// <summary>Writes what is not yet in the file, and waits for it.</summary>
    /// <exception cref="CookieFileException">The file cannot be written, or another program has damaged it.</exception>
    internal async Task SaveAsync()
    {
        Task before;
        lock (_state)
            before = _saving;
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Run(Save).ConfigureAwait(false);
    }

    // Repeats while the jar changes meanwhile.
    private void Save()
    {
        while (true)
        {
            HashSet<CookieKey> changed;
            lock (guard)
            {
                if (jar.Changed.Count == 0)
                    return;
                changed = [.. jar.Changed];
                jar.Changed.Clear();
            }
            try
            {
                Write(changed);
            }
            catch (Exception e)
            {
                lock (guard)
                    jar.Changed.UnionWith(changed);
                throw e is CookieFileException ? e : new CookieFileException(CookieFileFailure.Unwritable, $"The cookies cannot be written to {_path}: {e.Message}", e);
            }
        }
    }

    private void Write(HashSet<CookieKey> changed)
    {
        using var mine = FileLock.Take(_path + ".lock");
        var now = DateTimeOffset.UtcNow;
        var others = Read();
        IReadOnlyList<Cookie> merged;
        lock (guard)
        {
            var own = jar.Kept(withSession, now).Where(cookie => changed.Contains(cookie.Key) || jar.Changed.Contains(cookie.Key)).ToDictionary(static cookie => cookie.Key);
            changed.UnionWith(jar.Changed);
            jar.Changed.Clear();
            var kept = new List<Cookie>();
            foreach (var cookie in others)
            {
                if (own.Remove(cookie.Key, out var newer))
                    kept.Add(newer);
                else if (!changed.Contains(cookie.Key) && !cookie.IsExpired(now))
                    kept.Add(cookie);
            }
            kept.AddRange(own.Values.OrderBy(static cookie => cookie.Created));
            jar.Replace(kept, withSession, now);
            // The jar has removed cookies beyond its limits; the file does not take that for a change.
            jar.Changed.Clear();
            merged = jar.Kept(withSession, now);
        }
        Replace(CookieFileText.Write(merged));
    }

    private void Replace(byte[] text)
    {
        var next = $"{_path}.{Guid.NewGuid():N}.new";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(next, options))
            {
                file.Write(text);
                file.Flush(flushToDisk: true);
            }
            File.Move(next, _path, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }

    private IReadOnlyList<Cookie> Read()
    {
        byte[] text;
        try
        {
            if (!File.Exists(_path))
                return Directory.Exists(_path) ? throw new IOException("It is a folder.") : [];
            using var file = RegularFile.TryOpen(_path) ?? throw new IOException("It is not a regular file, or may not be read.");
            if (file.Length > CookieFileText.Longest)
                throw new CookieFileException(CookieFileFailure.Damaged, $"The file {_path} has {file.Length} bytes; a file of cookies has at most {CookieFileText.Longest}.");
            text = new byte[file.Length];
            file.ReadExactly(text);
        }
        catch (Exception e) when (e is (IOException and not CookieFileException) or UnauthorizedAccessException)
        {
            throw new CookieFileException(CookieFileFailure.Unreadable, $"The cookies in {_path} cannot be read: {e.Message}", e);
        }
        return CookieFileText.Read(text, out var problem) ?? throw new CookieFileException(CookieFileFailure.Damaged, $"The file {_path} is not a file of cookies, or is damaged: {problem} It is not changed; move it away to begin anew.");
    }
}
