using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <content>Why no runner can run a command.</content>
internal sealed partial class CommandRunners
{
    /// <summary>Null, or why no runner can run this command.</summary>
    internal (SpawnFailure Kind, string Message)? Refusal(Spawn spawn)
    {
        var name = spawn.Profile ?? settings.Commands.Profile;
        return settings.Sandbox.Find(name) is not { } policy ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' does not exist; the profiles are {string.Join(", ", settings.Sandbox.Profiles.Select(static one => one.Name))}.")
            : !policy.MayExecute && !policy.IsUnconfined ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' cannot run commands: it forbids executing programs.")
            : spawn.Egress is { Count: > 0 } && !policy.HasNamedEgress ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{name}' has no named egress, so no rule for hosts applies to it; command-networked has one.")
            : spawn.Egress is { } rules && EgressRules.Problem([.. policy.EgressRules, .. rules]) is { } problem ? (SpawnFailure.InvalidRequest, problem)
            : RefusalOfHosts(spawn, OperatingSystem.IsWindows()) is { } unenforced ? unenforced
            : RefusalOfLimits(spawn.Limits, () => OperatingSystem.IsWindows() ? settings.Sandbox.Machine.Offers() : []) is { } unlimited ? unlimited
            : spawn.Folder is not null && HasWorld(policy) && CommandWorkspace.FolderOf(spawn) is null ? (SpawnFailure.BadFolder, "The folder's name is not valid text, so it cannot be mounted in the command's world.")
            : RefusalOfScratch(spawn, policy) is { } refusal ? refusal
            : RefusalOfSecrets(spawn, policy) is { } noSecrets ? noSecrets
            : !Asks(spawn, policy) ? null
            : SharesWorld(spawn) ? (SpawnFailure.InvalidRequest, "A command that asks needs a world of its own: a grant is for one command, and in a shared world no process belongs to one for certain.")
            : !HasWorld(policy) || !settings.Sandbox.Machine.CanNotify ? (SpawnFailure.Unavailable, "A command cannot ask here: that needs a world, and seccomp's user notification (see doctor).")
            : null;
    }

    /// <summary>Null, or why a command's rules for hosts cannot be taken: they would do nothing.</summary>
    /// <param name="spawn">The command.</param>
    /// <param name="isOpen">Whether the system keeps no command from the network.</param>
    internal static (SpawnFailure Kind, string Message)? RefusalOfHosts(Spawn spawn, bool isOpen) => isOpen && spawn.Egress is { Count: > 0 }
        ? (SpawnFailure.Unavailable, "Rules for hosts are not available here: on Windows nothing keeps a command from the network, so they would do nothing.") : null;

    /// <summary>Null, or why a command's own limits cannot be taken: they would do nothing.</summary>
    /// <param name="limits">The command's.</param>
    /// <param name="offers">The layers of this machine; asked for only if there are limits.</param>
    internal static (SpawnFailure Kind, string Message)? RefusalOfLimits(in CommandLimits limits, Func<IReadOnlyList<LayerOffer>> offers) =>
        (limits.Memory > 0 || limits.ProcessorTime > 0 || limits.Processes > 0) && offers().Any(static offer => offer is { Layer: SandboxLayer.JobLimits, Available: false })
            ? (SpawnFailure.Unavailable, "Limits of memory, processor time and processes are not available here: the layer job-limits is missing (see doctor), so they would do nothing.") : null;

    /// <summary>What to tell of a failed command whose profile has a named egress that there is not here; null if nothing kept it from the network.</summary>
    /// <param name="policy">The profile.</param>
    /// <param name="hasWorld">Whether the command has a world.</param>
    /// <param name="isOpen">Whether the system keeps no command from the network.</param>
    internal static string? WhyNoEgress(SandboxPolicy policy, bool hasWorld, bool isOpen) => !policy.HasNamedEgress || hasWorld || isOpen ? null
        : $"The profile {policy.Name} reaches hosts through the browser only, which needs a world and a network of its own; this machine has none (actorbrowser doctor), so the command had no network.";

    private bool SharesWorld(Spawn spawn) => settings.Commands.ShareWorlds || spawn.World is not null;

    private (SpawnFailure Kind, string Message)? RefusalOfScratch(Spawn spawn, SandboxPolicy policy) => spawn.Scratch is null ? null
        : SharesWorld(spawn) ? (SpawnFailure.InvalidRequest, "A command with a scratch needs a world of its own.")
        : !HasWorld(policy) ? (SpawnFailure.Unavailable, "A scratch is not available here: it needs a world (see doctor).")
        : !policy.Files.Any(static rule => rule.Path == PolicyPaths.Workspace && rule.Rights.HasFlag(FileRights.Write)) ? (SpawnFailure.InvalidRequest, $"The profile '{policy.Name}' may not change the command's folder: a scratch would stay empty.")
        : null;

    private (SpawnFailure Kind, string Message)? RefusalOfSecrets(Spawn spawn, SandboxPolicy policy) => spawn.Secrets is not { Count: > 0 } ? null
        : SharesWorld(spawn) ? (SpawnFailure.InvalidRequest, "A command with secrets needs a world of its own: in a shared one, other commands could use them.")
        : !policy.HasNamedEgress ? (SpawnFailure.InvalidRequest, $"The sandbox profile '{policy.Name}' has no named egress, so nothing can put in the secrets; {Networked} has one.")
        : !HasWorld(policy) ? (SpawnFailure.Unavailable, "Secrets are not available here: they need a world and a network of its own (see doctor).")
        : SessionSecrets.Missing is { } missing ? (SpawnFailure.Unavailable, missing)
        : null;
}
