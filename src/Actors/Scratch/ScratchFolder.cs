using System.Text.Json;
using System.Text.Json.Serialization;
using ActorBrowser.Interop;

namespace ActorBrowser;

/// <summary>What a scratch belongs to, as its file says.</summary>
/// <param name="Workspace">The folder's path.</param>
/// <param name="Device">The folder's device.</param>
/// <param name="Inode">The folder's inode.</param>
/// <param name="Protected">The names in it that are not changed.</param>
/// <param name="CreatedAt">In UTC.</param>
internal sealed record ScratchOrigin(string Workspace, ulong Device, ulong Inode, IReadOnlyList<string> Protected, DateTimeOffset CreatedAt);

/// <summary>The folders of scratches: one for each name, private, in the state folder.</summary>
internal static class ScratchFolder
{
    internal const string Upper = "upper";

    private const string Work = "work";
    private const string OriginFile = "origin.json";
    private const string NeedsLinux = "Scratches need Linux.";
    private const int LongestName = 64;

    /// <summary>Null, or why this is no name of a scratch.</summary>
    internal static string? Problem(string name) =>
        name.Length is > 0 and <= LongestName && name[0] != '.' && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? null
            : $"'{name}' is not a scratch's name: use at most {LongestName} letters, digits, '-', '_' and '.', and begin with none of the last.";

    /// <summary>The folder of a scratch.</summary>
    /// <exception cref="IOException">The user has no state folder, or this is not Linux.</exception>
    internal static string Of(string name) => Path.Combine(All(), name);

    /// <summary>The names of the scratches there are.</summary>
    /// <exception cref="IOException">This is not Linux.</exception>
    internal static IReadOnlyList<string> Names()
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException(NeedsLinux);
        return StateFolder.Find() is { } state && Directory.Exists(Path.Combine(state, "scratch"))
            ? [.. Directory.EnumerateDirectories(Path.Combine(state, "scratch")).Where(static folder => File.Exists(Path.Combine(folder, OriginFile))).Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal)]
            : [];
    }

    /// <summary>Begins a scratch, or goes on with one of the same workspace.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="workspace">The workspace's path.</param>
    /// <param name="identity">The workspace's device and inode.</param>
    /// <param name="protectedNames">The names in it that are not changed.</param>
    /// <param name="held">Held as long as a command works on it.</param>
    /// <returns>The scratch's folder.</returns>
    /// <exception cref="IOException">It belongs to another folder, or a command works on it.</exception>
    internal static string Begin(string name, string workspace, (ulong Device, ulong Inode) identity, IReadOnlyList<string> protectedNames, out IDisposable held)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException(NeedsLinux);
        var folder = Of(name);
        if (Sandbox.PolicyPaths.IsIn(folder, workspace) || Sandbox.PolicyPaths.IsIn(workspace, folder))
            throw new IOException($"{workspace} holds the folder of scratches, or is in it: a folder cannot be laid over itself.");
        CrashFiles.MakeFolder(folder);
        held = Hold(folder) ?? throw new IOException($"A command works on the scratch '{name}', or it is being applied.");
        try
        {
            var file = Path.Combine(folder, OriginFile);
            if (!File.Exists(file))
            {
                // The overlay's top has the mode of the folder that it stands for.
                var mode = File.GetUnixFileMode(workspace);
                Directory.CreateDirectory(Path.Combine(folder, Upper), mode);
                File.SetUnixFileMode(Path.Combine(folder, Upper), mode);
                CrashFiles.MakeFolder(Path.Combine(folder, Work));
                var origin = new ScratchOrigin(workspace, identity.Device, identity.Inode, protectedNames, DateTimeOffset.UtcNow);
                File.WriteAllText(file + ".new", JsonSerializer.Serialize(origin, ScratchJson.Default.ScratchOrigin));
                File.Move(file + ".new", file);
            }
            else if (Read(folder) is var known && (known.Workspace != workspace || (known.Device, known.Inode) != identity))
            {
                throw new IOException($"The scratch '{name}' belongs to {known.Workspace}: use another name, apply it, or discard it.");
            }
            return folder;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Holds a scratch, so that nobody else uses it; null if somebody does.</summary>
    internal static IDisposable? Hold(string folder) => !OperatingSystem.IsLinux() ? throw new IOException(NeedsLinux) : FileLock.TryTake(Path.Combine(folder, "lock"));

    /// <exception cref="IOException">There is no such scratch, or its file cannot be read.</exception>
    internal static ScratchOrigin Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, OriginFile)), ScratchJson.Default.ScratchOrigin) ?? throw new IOException("It says nothing.");
        }
        catch (Exception e) when (e is JsonException or DirectoryNotFoundException or FileNotFoundException)
        {
            throw new IOException(e is JsonException ? $"{Path.Combine(folder, OriginFile)} cannot be read: {e.Message}" : $"There is no scratch '{Path.GetFileName(folder)}'.", e);
        }
    }

    /// <summary>When the scratch began, by the clock that files are dated with.</summary>
    internal static (long Seconds, uint Nanoseconds) Began(string folder)
    {
        using var tree = FolderTree.Open(folder);
        return tree.Look(OriginFile)?.Changed ?? throw new IOException($"There is no scratch '{Path.GetFileName(folder)}'.");
    }

    /// <summary>Removes a scratch.</summary>
    internal static void Remove(string folder)
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException(NeedsLinux);
        // First, so that half a scratch is none.
        File.Delete(Path.Combine(folder, OriginFile));
        using var all = FolderTree.Open(Path.GetDirectoryName(folder)!);
        FolderRemoval.Remove(all.Root, System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(folder)));
    }

    private static string All()
    {
        if (!OperatingSystem.IsLinux())
            throw new IOException(NeedsLinux);
        var all = Path.Combine(StateFolder.Find() ?? throw new IOException("There is no state folder for scratches: set HOME or XDG_STATE_HOME."), "scratch");
        CrashFiles.MakeFolder(all);
        // Without links, which the overlay's layers are opened without.
        using var open = PathProbe.OpenFolder(System.Text.Encoding.UTF8.GetBytes(all), out var errno);
        return errno == 0 && PathProbe.PathOf(open.Value) is { } real ? real : throw new IOException($"{all} cannot be opened.");
    }
}

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ScratchOrigin))]
internal sealed partial class ScratchJson : JsonSerializerContext;
