using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What to do if no namespaces, or no world, can be made: that depends on who refused which step.</summary>
internal static class NamespaceAdvice
{
    private const int NotPermitted = 1;
    private static readonly string[] CallsOfAWorld = ["pivot_root", "leaving the old root", "protecting ", "showing "];

    /// <summary>Returns the advice.</summary>
    /// <param name="failure">The step that failed.</param>
    /// <param name="isFiltered">Whether a system call filter is in force on this process.</param>
    internal static string For(StepFailure failure, bool isFiltered) => failure switch
    {
        { Step: "mounting a separate /proc", Errno: NotPermitted } =>
            "a container whose /proc is whole (Docker: --security-opt systempaths=unconfined; Kubernetes: procMount: Unmasked): see docs/deployment.md",
        { Errno: NotPermitted } when isFiltered && (failure.Step is "clone" or "making mounts private" || Array.Exists(CallsOfAWorld, call => failure.Step.StartsWith(call, StringComparison.Ordinal))) =>
            "a seccomp profile of the container that also allows clone with namespaces and mount, and for a world umount2, pivot_root, open_tree, move_mount and mount_setattr; and a host that allows unprivileged user namespaces: see docs/deployment.md",
        _ => "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0)",
    };
}
