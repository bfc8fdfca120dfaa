using ActorBrowser.Interop;

namespace ActorBrowser.Sandbox;

/// <summary>What was asked of the system for one child.</summary>
/// <param name="Layers">The layers.</param>
/// <param name="Limits">The limits of its job.</param>
/// <param name="Mitigations">Its mitigations, without that of the window manager.</param>
/// <param name="IsAlone">Whether it may start no process.</param>
internal readonly record struct WindowsAsked(WindowsConfinement Layers, WindowsJobLimits Limits, ulong Mitigations, bool IsAlone);

/// <summary>A layer that was asked for, and is not in force.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Problem">What the system says instead, as a phrase.</param>
/// <param name="IsUnseenByChild">Whether the child, which asks the system of itself and does not know its profile, finds the layer all the same.</param>
internal readonly record struct WindowsFinding(SandboxLayer Layer, string Problem, bool IsUnseenByChild = false);

/// <summary>
/// Asks the system of each layer that a child was to have, from outside, while the child is suspended: nothing of it has run yet. What
/// the system does not tell counts as not there. A process cannot give any of these layers back.
/// </summary>
internal static class WindowsCheck
{
    /// <summary>Asks the system.</summary>
    /// <param name="process">The child.</param>
    /// <param name="job">Its job.</param>
    /// <param name="container">Its container; null for none.</param>
    /// <param name="asked">What it was to have.</param>
    /// <returns>The layers that are not in force.</returns>
    internal static List<WindowsFinding> Find(WindowsProcess process, WindowsJob job, AppContainer? container, in WindowsAsked asked)
    {
        var handle = process.Handle.DangerousGetHandle();
        var found = new List<WindowsFinding>();
        Add(SandboxLayer.Job, job.Contains(handle) ? null : "it is not in its job");
        if (asked.Layers.HasFlag(WindowsConfinement.JobLimits) && job.Limits() is var limits)
            Add(SandboxLayer.JobLimits, asked.Limits.MissingIn(limits), isUnseenByChild: limits is { } some && some != default);
        if (asked.Layers.HasFlag(WindowsConfinement.UserInterface))
            Add(SandboxLayer.UserInterface, job.KeepsFromUserInterface() ? null : "its job does not keep it from the user interface");
        if (asked.Layers.HasFlag(WindowsConfinement.Mitigations) && WindowsMitigations.MissingFrom(handle, asked.Mitigations, asked.IsAlone) is { } unmitigated)
            Add(SandboxLayer.Mitigations, unmitigated, isUnseenByChild: asked.IsAlone && WindowsMitigations.MissingFrom(handle, asked.Mitigations, isAlone: false) is null);
        if (asked.Layers.HasFlag(WindowsConfinement.Win32kLockdown))
            Add(SandboxLayer.Win32kLockdown, WindowsMitigations.MissingFrom(handle, WindowsMitigations.NoWin32k, isAlone: false));
        if (asked.Layers.HasFlag(WindowsConfinement.RestrictedToken) && WindowsToken.Excess(handle) is var excess)
            Add(SandboxLayer.RestrictedToken, excess ?? process.NotSeparate, isUnseenByChild: excess is null);
        if (asked.Layers.HasFlag(WindowsConfinement.AppContainer))
            Add(SandboxLayer.AppContainer, container?.Holds(handle) != true ? "it is not in its container" : process.NotSeparate, isUnseenByChild: WindowsToken.IsInContainer(handle));
        return found;

        void Add(SandboxLayer layer, string? problem, bool isUnseenByChild = false)
        {
            if (problem is not null)
                found.Add(new WindowsFinding(layer, problem, isUnseenByChild));
        }
    }

    /// <summary>Judges what was found.</summary>
    /// <param name="policy">The child's policy.</param>
    /// <param name="found">The layers that are not in force.</param>
    /// <returns>Those without which the child may run.</returns>
    /// <exception cref="LaunchException">The policy requires one of them.</exception>
    internal static IReadOnlyList<MissingLayer> Judge(SandboxPolicy policy, IReadOnlyList<WindowsFinding> found)
    {
        foreach (var (layer, problem, _) in found)
        {
            if (policy.Required.Contains(layer))
                throw new LaunchException(LaunchErrorKind.ConfinementUnavailable, $"The profile {policy.Name} requires a layer of confinement that its child did not get: {Sentence(layer, problem)}. The child was ended before it ran.");
        }
        return [.. found.Select(static one => new MissingLayer(LayerNames.Of(one.Layer), Sentence(one.Layer, one.Problem)) { IsUnseenByChild = one.IsUnseenByChild })];
    }

    private static string Sentence(SandboxLayer layer, string problem) => $"{LayerNames.Of(layer)} is not in force on the child: {problem}";
}
