using Akka.Actor;

namespace ActorBrowser;

/// <summary>What a role's actor keeps when it is restarted.</summary>
internal sealed class RoleMemory
{
    /// <summary>The full path of the assembly that new children load; null if the role is no plugin.</summary>
    internal string? Plugin { get; set; }

    /// <summary>The actors that get the role's events.</summary>
    internal HashSet<IActorRef> Subscribers { get; } = [];

    /// <summary>Completes a plugin's path: a relative one is in the program's folder, and a link is followed.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    internal static string Complete(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var full = Path.GetFullPath(path, AppContext.BaseDirectory);
        if (!File.Exists(full))
            throw new FileNotFoundException($"There is no plugin '{full}'.", full);
        // The children may read the folder of the file, not that of a link to it.
        return File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
    }
}
