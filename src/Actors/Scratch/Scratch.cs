using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>
/// The changes that commands have made to an overlay of their folder (<see cref="CommandProtocol.Spawn.Scratch"/>). The folder itself
/// stays unchanged until they are applied. A scratch is kept in the user's state folder until it is applied or discarded, also when
/// this process is killed. Linux.
/// </summary>
public sealed class Scratch
{
    private readonly string _folder;
    private readonly ScratchOrigin _origin;

    private Scratch(string name, string folder, ScratchOrigin origin) => (Name, _folder, _origin) = (name, folder, origin);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The path of the folder that it changes.</summary>
    public string Workspace => _origin.Workspace;

    /// <summary>When it was begun, in UTC.</summary>
    public DateTimeOffset CreatedAt => _origin.CreatedAt;

    /// <summary>Finds a scratch.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="IOException">There is no such scratch, or this is not Linux.</exception>
    public static Scratch Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ScratchFolder.Problem(name) is { } problem)
            throw new ArgumentException(problem, nameof(name));
        var folder = ScratchFolder.Of(name);
        return new Scratch(name, folder, ScratchFolder.Read(folder));
    }

    /// <summary>All scratches of this user, by name.</summary>
    /// <exception cref="IOException">One cannot be read, or this is not Linux.</exception>
    public static IReadOnlyList<Scratch> List() => [.. ScratchFolder.Names().Select(Find)];

    /// <summary>What it changes in its folder, as that is now.</summary>
    /// <returns>A folder before its content.</returns>
    /// <exception cref="IOException">A command works on it, or something cannot be read.</exception>
    public Task<IReadOnlyList<ScratchChange>> ChangesAsync() => Task.Run(() => WithTrees<IReadOnlyList<ScratchChange>>((_, _, changes) => changes));

    /// <summary>The changes as text: a unified diff for texts, and a line for each other change. Names hold whatever the command chose: show control characters visibly.</summary>
    /// <exception cref="IOException">A command works on it, or something cannot be read.</exception>
    public Task<string> DiffAsync() => Task.Run(() => WithTrees(ScratchDiff.Of));

    /// <summary>
    /// Makes the changes in the folder, and removes the scratch. If one cannot be made (<see cref="ScratchChange.Obstacle"/>), none is.
    /// Owners, times and extended attributes are not applied.
    /// </summary>
    /// <returns>The changes made.</returns>
    /// <exception cref="ScratchConflictException">Some cannot be made; nothing was changed.</exception>
    /// <exception cref="IOException">A command works on it, or a change failed; those before it were made, and the scratch is kept.</exception>
    public Task<IReadOnlyList<ScratchChange>> ApplyAsync() => Task.Run(() => WithTrees<IReadOnlyList<ScratchChange>>((upper, lower, changes) =>
    {
        if (changes.Exists(static change => change.Obstacle is not null))
            throw new ScratchConflictException(Name, [.. changes.Where(static change => change.Obstacle is not null)]);
        ScratchApply.Run(upper, lower, changes);
        ScratchFolder.Remove(_folder);
        return changes;
    }));

    /// <summary>Removes it; its folder stays as it is.</summary>
    /// <exception cref="IOException">A command works on it.</exception>
    public void Discard()
    {
        using var held = Hold();
        ScratchFolder.Remove(_folder);
    }

    private T WithTrees<T>(Func<FolderTree, FolderTree, List<ScratchChange>, T> use)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException("Scratches need Linux.");
        using var held = Hold();
        using var upper = FolderTree.Open(Path.Combine(_folder, ScratchFolder.Upper));
        using var lower = FolderTree.Open(_origin.Workspace);
        if (PathProbe.TryIdentify(lower.Root) != (_origin.Device, _origin.Inode))
            throw new IOException($"{_origin.Workspace} is another folder than the one that the scratch '{Name}' was made of.");
        return use(upper, lower, ScratchChanges.Find(upper, lower, ScratchFolder.Began(_folder), _origin.Protected));
    }

    private IDisposable Hold()
    {
        // Another handle may have removed it.
        ScratchFolder.Read(_folder);
        return ScratchFolder.Hold(_folder) ?? throw new IOException($"A command works on the scratch '{Name}', or it is being applied.");
    }
}

/// <summary>Changes of a scratch cannot be made in its folder; nothing was changed.</summary>
/// <param name="name">The scratch's name.</param>
/// <param name="conflicts">The changes, each with its <see cref="ScratchChange.Obstacle"/>.</param>
public sealed class ScratchConflictException(string name, IReadOnlyList<ScratchChange> conflicts)
    : Exception($"The scratch '{name}' was not applied: {string.Join("; ", conflicts.Take(5).Select(static one => $"{one.Path}: {one.Obstacle}"))}{(conflicts.Count > 5 ? $"; and {conflicts.Count - 5} more" : "")}.")
{
    /// <summary>The changes that cannot be made.</summary>
    public IReadOnlyList<ScratchChange> Conflicts { get; } = conflicts;
}
