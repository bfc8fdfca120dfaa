namespace ActorBrowser.Sandbox;

/// <summary>
/// Where groups are made in version 2, which lets only a group without processes give controllers to the groups below it. A process
/// in a group named <c>actorbrowser</c> says by that name that the parent of this group was delegated to it (systemd:
/// <c>DelegateSubgroup=actorbrowser</c>).
/// </summary>
internal static class DelegatedGroup
{
    private const string Name = "actorbrowser";
    private static readonly string[] Wanted = ["memory", "pids", "cpu", "io"];

    /// <summary>Returns the folder for new groups, and gives them the parent's controllers if it was delegated.</summary>
    /// <param name="own">The folder of this process's group.</param>
    internal static string Of(string own)
    {
        if (Path.GetFileName(own) != Name || Path.GetDirectoryName(own) is not { } parent)
            return own;
        try
        {
            var given = Names(Path.Combine(parent, "cgroup.subtree_control"));
            var missing = Wanted.Intersect(Names(Path.Combine(parent, "cgroup.controllers"))).Except(given).Select(static name => "+" + name).ToArray();
            if (missing.Length > 0)
                File.WriteAllText(Path.Combine(parent, "cgroup.subtree_control"), string.Join(' ', missing));
            return parent;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not delegated to this user, or a process is in it.
            return own;
        }
    }

    private static string[] Names(string file) => File.ReadAllText(file).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
