using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// The protected names of a workspace, checked before the world is made and again when a command has ended. A world holds those that
/// exist and are no links, but another command or program may move such a name away meanwhile; a missing name it cannot hold, because mounting
/// over it would leave something in the folder. Linux.
/// </summary>
internal sealed class ProtectedNames
{
    private readonly SafeDescriptor _workspace;

    // What was found at each name and at the folders above it: nothing, a link, or what the world holds.
    private readonly Dictionary<string, FoundFile?> _before = new(StringComparer.Ordinal);

    private ProtectedNames(SafeDescriptor workspace, IEnumerable<string> names)
    {
        _workspace = workspace;
        foreach (var name in names)
            Look(name);
    }

    /// <summary>Checks the names; null if the policy has no writable workspace or protects nothing.</summary>
    /// <param name="policy">The policy, with its workspace named.</param>
    /// <param name="workspace">The workspace's descriptor; the caller keeps it.</param>
    internal static ProtectedNames? Of(SandboxPolicy policy, SafeDescriptor? workspace) =>
        OperatingSystem.IsLinux() && workspace is not null && !policy.Protected.IsEmpty && policy.Files.Any(rule => rule.Path == policy.Workspace && rule.Rights.HasFlag(FileRights.Write))
            ? new ProtectedNames(workspace, policy.Protected) : null;

    /// <summary>Returns the names that have appeared since, that another file has replaced, and links that have changed.</summary>
    internal IReadOnlyList<string> Appeared() => !OperatingSystem.IsLinux() ? [] :
        [.. _before.Where(one => At(one.Key) is { } now && IsOther(now, one.Value)).Select(static one => one.Key).Order(StringComparer.Ordinal)];

    // What a world holds may change from outside, such as .git, and stays the same file.
    private static bool IsOther(in FoundFile now, in FoundFile? before) =>
        before is { IsLink: false } held ? now.Identity != held.Identity || now.Born != held.Born : now != before;

    private void Look(string name)
    {
        var path = "";
        foreach (var part in name.Split('/'))
        {
            path = path.Length == 0 ? part : $"{path}/{part}";
            var found = At(path);
            _before[path] = found;
            if (found is not { IsFolder: true })
                return;
        }
    }

    private FoundFile? At(string path) => PathProbe.LookBelow(_workspace, Encoding.UTF8.GetBytes(path));
}
