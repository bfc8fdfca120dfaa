using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// The protected names of a workspace that a world cannot hold: names that do not exist, and links. Mounting over a missing name
/// would leave something in the folder, so these are checked before the world is made and again when a command has ended. Linux.
/// </summary>
internal sealed class ProtectedNames
{
    private readonly SafeDescriptor _workspace;

    // The first part of each name that is not held, and what was found there: nothing, or a link.
    private readonly Dictionary<string, FoundFile?> _open = new(StringComparer.Ordinal);

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

    /// <summary>Returns the names that have appeared since, and links that have changed.</summary>
    internal IReadOnlyList<string> Appeared() =>
        [.. _open.Where(one => At(one.Key) is { } now && now != one.Value).Select(static one => one.Key).Order(StringComparer.Ordinal)];

    private void Look(string name)
    {
        var path = "";
        foreach (var part in name.Split('/'))
        {
            path = path.Length == 0 ? part : $"{path}/{part}";
            var found = At(path);
            if (found is null or { IsLink: true })
                _open[path] = found;
            if (found is not { IsFolder: true })
                return;
        }
    }

    private FoundFile? At(string path) => PathProbe.LookBelow(_workspace, Encoding.UTF8.GetBytes(path));
}
