using System.Text;
using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>
/// The protected names of a workspace that a world cannot hold: those that are not there, and those that are links. What is not there cannot be
/// mounted over without leaving something in the folder; so these are looked at before the world is made and when a command has ended. Linux.
/// </summary>
internal sealed class ProtectedNames
{
    private readonly SafeDescriptor _workspace;

    // The first part of each name that is not held, and what was there: nothing, or a link.
    private readonly Dictionary<string, FoundFile?> _open = new(StringComparer.Ordinal);

    private ProtectedNames(SafeDescriptor workspace, IEnumerable<string> names)
    {
        _workspace = workspace;
        foreach (var name in names)
            Look(name);
    }

    /// <summary>Looks at them; null where the policy writes no workspace, or protects nothing.</summary>
    /// <param name="policy">The policy, with its workspace named.</param>
    /// <param name="workspace">That folder; it is used, not owned.</param>
    internal static ProtectedNames? Of(SandboxPolicy policy, SafeDescriptor? workspace) =>
        OperatingSystem.IsLinux() && workspace is not null && !policy.Protected.IsEmpty && policy.Files.Any(rule => rule.Path == policy.Workspace && rule.Rights.HasFlag(FileRights.Write))
            ? new ProtectedNames(workspace, policy.Protected) : null;

    /// <summary>Those that are there now and were not, and links that are others now.</summary>
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
