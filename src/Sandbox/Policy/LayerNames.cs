namespace ActorBrowser.Sandbox;

/// <summary>A layer of confinement that a child runs without.</summary>
/// <param name="Layer">Its name in configuration and reports.</param>
/// <param name="Sentence">Which layer, and why.</param>
internal readonly record struct MissingLayer(string Layer, string Sentence)
{
    /// <summary>Whether the child cannot see why, and so may report the layer as in force without a lie.</summary>
    internal bool IsUnseenByChild { get; init; }
}

/// <summary>The names of layers in configuration and reports.</summary>
internal static class LayerNames
{
    /// <summary>What a child on Unix gives itself and no program that it starts, by the names of its report.</summary>
    internal static IReadOnlyList<string> OfItself { get; } = ["not-dumpable", "parent-death-signal"];

    /// <summary>The layers of Windows.</summary>
    internal static IReadOnlyList<string> OfWindows { get; } = [.. Enum.GetValues<SandboxLayer>().Where(IsForWindows).Select(Of)];

    /// <summary>Returns a layer's name.</summary>
    /// <param name="layer">The layer.</param>
    public static string Of(SandboxLayer layer) => layer switch
    {
        SandboxLayer.NoNewPrivileges => "no-new-privileges",
        SandboxLayer.SystemCalls => "system-calls",
        SandboxLayer.ViolationReports => "violation-reports",
        SandboxLayer.Files => "files",
        SandboxLayer.TcpPorts => "tcp-ports",
        SandboxLayer.Scopes => "scopes",
        SandboxLayer.Namespaces => "namespaces",
        SandboxLayer.World => "world",
        SandboxLayer.Capabilities => "capabilities",
        SandboxLayer.ControlGroup => "control-group",
        SandboxLayer.NoNewCode => "no-new-code",
        SandboxLayer.Job => "job",
        SandboxLayer.JobLimits => "job-limits",
        SandboxLayer.Mitigations => "mitigations",
        SandboxLayer.AppContainer => "app-container",
        SandboxLayer.RestrictedToken => "restricted-token",
        SandboxLayer.UserInterface => "user-interface",
        SandboxLayer.Win32kLockdown => "win32k-lockdown",
        _ => throw new ArgumentOutOfRangeException(nameof(layer)),
    };

    /// <summary>Whether a layer is one of Windows; else it is one of Linux.</summary>
    internal static bool IsForWindows(SandboxLayer layer) => layer is SandboxLayer.Job or SandboxLayer.JobLimits or SandboxLayer.Mitigations or SandboxLayer.AppContainer
        or SandboxLayer.RestrictedToken or SandboxLayer.UserInterface or SandboxLayer.Win32kLockdown;

    /// <summary>Whether a layer is its process's alone, and not also that of the programs that it starts: the system gives it when a process is created.</summary>
    internal static bool IsOfProcessAlone(string name) => OfItself.Contains(name, StringComparer.Ordinal) || name == Of(SandboxLayer.Mitigations) || name == Of(SandboxLayer.Win32kLockdown);

    /// <summary>Whether a layer is one of this system.</summary>
    internal static bool IsForThisSystem(SandboxLayer layer) => IsForWindows(layer) == OperatingSystem.IsWindows();

    /// <summary>Returns the layer with a name, or null.</summary>
    /// <param name="name">A layer's name.</param>
    public static SandboxLayer? Find(string name)
    {
        foreach (var layer in Enum.GetValues<SandboxLayer>())
        {
            if (Of(layer) == name)
                return layer;
        }
        return null;
    }
}
