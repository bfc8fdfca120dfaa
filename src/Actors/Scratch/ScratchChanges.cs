using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser;

/// <summary>
/// Compares a scratch with its workspace. The scratch's files were written by a command and are hostile: they are looked at without
/// following links, and what may not be applied has an obstacle.
/// </summary>
internal sealed class ScratchChanges
{
    private const string Opaque = "user.overlay.opaque";
    private const string Origin = "user.overlay.origin";
    private const int SetIdBits = 0xc00;
    private const int Most = 1_000_000;
    private const int CopyPiece = 64 << 10;

    private readonly FolderTree _upper;
    private readonly FolderTree _lower;
    private readonly (long Seconds, uint Nanoseconds) _began;
    private readonly IReadOnlyList<string> _protected;
    private readonly List<ScratchChange> _changes = [];

    private ScratchChanges(FolderTree upper, FolderTree lower, (long, uint) began, IReadOnlyList<string> protectedNames) =>
        (_upper, _lower, _began, _protected) = (upper, lower, began, protectedNames);

    /// <summary>Finds the changes: a folder comes before its content, and what is deleted after it.</summary>
    /// <exception cref="IOException">Something cannot be read.</exception>
    internal static List<ScratchChange> Find(FolderTree upper, FolderTree lower, (long, uint) began, IReadOnlyList<string> protectedNames)
    {
        var changes = new ScratchChanges(upper, lower, began, protectedNames);
        changes.Walk("", hasLower: true);
        return changes._changes;
    }

    private void Walk(string folder, bool hasLower)
    {
        var names = NamesIn(folder);
        foreach (var name in names)
            Compare(folder.Length == 0 ? name : $"{folder}/{name}", hasLower);
        if (!hasLower || folder.Length == 0 || !_upper.HasAttribute(folder, Opaque))
            return;
        foreach (var name in _lower.List(folder).Except(names, StringComparer.Ordinal))
            Delete($"{folder}/{name}");
    }

    private List<string> NamesIn(string folder)
    {
        try
        {
            return _upper.List(folder);
        }
        catch (SystemCallException e)
        {
            throw ScratchUnreadable.Of(folder, e);
        }
    }

    private void Compare(string path, bool hasLower)
    {
        if (path.Contains('\ufffd', StringComparison.Ordinal))
        {
            Add(new ScratchChange(path, ScratchChangeKind.Added, ScratchFileKind.Other, 0, 0, "its name is not valid text"));
            return;
        }
        if (_upper.Look(path) is not { } now)
            throw ScratchUnreadable.Of(path);
        var before = hasLower ? _lower.Look(path) : null;
        if (now.IsCharacterDevice)
        {
            // overlayfs lets no command make a device: this one stands for a removed name.
            if (before is not null)
                Delete(path);
            return;
        }
        var kind = KindOf(now);
        if (before is { } old && KindOf(old) != kind && (old.IsFolder || now.IsFolder))
        {
            Delete(path);
            before = null;
        }
        if (before is not { } was)
            Add(path, ScratchChangeKind.Added, now, null);
        else if (KindOf(was) != kind || !HaveSameContent(path, now, was))
            Add(path, ScratchChangeKind.Modified, now, was);
        else if (was.Permissions != now.Permissions && kind != ScratchFileKind.Link)
            Add(path, ScratchChangeKind.ModeChanged, now, was);
        if (now.IsFolder)
            Walk(path, before is { IsFolder: true });
    }

    private void Delete(string path)
    {
        if (_lower.Look(path) is not { } was)
            return;
        if (was.IsFolder)
        {
            foreach (var name in _lower.List(path))
                Delete($"{path}/{name}");
        }
        Add(new ScratchChange(path, ScratchChangeKind.Deleted, KindOf(was), 0, 0, ObstacleAt(path, was, staysFolder: false)) { Before = KindOf(was) });
    }

    private void Add(string path, ScratchChangeKind kind, in TreeEntry now, TreeEntry? was)
    {
        var fileKind = KindOf(now);
        var obstacle = fileKind == ScratchFileKind.Other ? "it is a device, a pipe or a socket"
            : fileKind == ScratchFileKind.File && (now.Mode & SetIdBits) != 0 ? "it is set-user-id or set-group-id"
            : fileKind == ScratchFileKind.Link && LeadsOut(path, _upper.TargetOf(path)) ? "it is a link that leads out of the workspace"
            : was is null && WasRemoved(path) ? "it was removed from the workspace meanwhile"
            : ObstacleAt(path, was, now.IsFolder);
        Add(new ScratchChange(path, kind, fileKind, now.Permissions, fileKind == ScratchFileKind.File ? now.Size : 0, obstacle) { Before = was is { } before ? KindOf(before) : null });
    }

    private void Add(ScratchChange change) =>
        _changes.Add(_changes.Count < Most ? change : throw new IOException($"The scratch changes more than {Most} names: discard it, or copy by hand what you need."));

    private string? ObstacleAt(string path, in TreeEntry? was, bool staysFolder) =>
        // A folder above a protected name may get content, but may not go.
        _protected.FirstOrDefault(name => PolicyPaths.IsIn(path, name) || (!staysFolder && PolicyPaths.IsIn(name, path))) is { } name ? $"{name} is protected: other programs execute or trust it"
        // The kernel dates a file by a clock that stands still for some milliseconds.
        : was is { IsFolder: false } file && file.Changed.CompareTo(_began) >= 0 ? "it has changed in the workspace meanwhile"
        : null;

    // Copied from the workspace by the overlay, missing there now, and its folder has changed: it may also have been renamed by the command.
    private bool WasRemoved(string path)
    {
        var folder = path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";
        return _upper.HasAttribute(path, Origin) && _lower.Look(path) is null && _lower.Look(folder) is { } now && now.Changed.CompareTo(_began) >= 0;
    }

    private bool HaveSameContent(string path, in TreeEntry now, in TreeEntry was)
    {
        if (now.IsLink)
            return _upper.TargetOf(path) == _lower.TargetOf(path);
        if (!now.IsFile)
            return now.IsFolder;
        if (now.Size != was.Size)
            return false;
        using var one = _upper.OpenFile(path) ?? throw ScratchUnreadable.Of(path);
        using var other = _lower.OpenFile(path);
        return other is not null && AreEqual(one, other);
    }

    private static bool AreEqual(FileStream one, FileStream other)
    {
        var left = new byte[CopyPiece];
        var right = new byte[CopyPiece];
        while (true)
        {
            var read = one.ReadAtLeast(left, left.Length, throwOnEndOfStream: false);
            if (other.ReadAtLeast(right, right.Length, throwOnEndOfStream: false) != read || !left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
                return false;
            if (read == 0)
                return true;
        }
    }

    /// <summary>Whether a link's target is absolute, or goes above the workspace. ".." after a name could go anywhere, as the name may be a link.</summary>
    internal static bool LeadsOut(string path, string? target)
    {
        if (string.IsNullOrEmpty(target) || target[0] == '/' || target.Contains('\ufffd', StringComparison.Ordinal))
            return true;
        var depth = path.AsSpan().Count('/');
        var isBelow = false;
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "." || (isBelow |= part != "..") && part != "..")
                continue;
            if (isBelow || --depth < 0)
                return true;
        }
        return false;
    }

    private static ScratchFileKind KindOf(in TreeEntry entry) =>
        entry.IsFolder ? ScratchFileKind.Folder : entry.IsFile ? ScratchFileKind.File : entry.IsLink ? ScratchFileKind.Link : ScratchFileKind.Other;
}
