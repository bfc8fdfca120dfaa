namespace ActorBrowser.Sandbox;

/// <summary>One layer of confinement. Reports and configuration write its name in kebab case.</summary>
public enum SandboxLayer
{
    /// <summary>Programs cannot gain privileges.</summary>
    NoNewPrivileges,

    /// <summary>System calls are restricted to an allow-list.</summary>
    SystemCalls,

    /// <summary>Refused system calls are reported to the parent by name.</summary>
    ViolationReports,

    /// <summary>Files are restricted to an allow-list (Landlock).</summary>
    Files,

    /// <summary>TCP ports are restricted to an allow-list (Landlock 4).</summary>
    TcpPorts,

    /// <summary>No access to abstract sockets of outside processes, and no signals to those processes (Landlock 6).</summary>
    Scopes,

    /// <summary>The child has its own namespaces.</summary>
    Namespaces,

    /// <summary>The child has its own file system and processes: what is not granted does not exist for it.</summary>
    World,

    /// <summary>The child has no capabilities and can gain none.</summary>
    Capabilities,

    /// <summary>A control group limits memory and processes.</summary>
    ControlGroup,

    /// <summary>No memory becomes executable once the child has started. For native children only; a JIT compiler needs such memory.</summary>
    NoNewCode,

    /// <summary>Windows: a job object ends the child, and all that it starts, with the browser.</summary>
    Job,

    /// <summary>Windows: the job enforces the profile's limits of memory, processes and processor time.</summary>
    JobLimits,

    /// <summary>Windows: mitigation policies, such as strict handle checks; no child processes where the profile allows none.</summary>
    Mitigations,

    /// <summary>Windows: an AppContainer, which can use no file, object or network that was not granted to it.</summary>
    AppContainer,

    /// <summary>Windows: a token without privileges and with low integrity, which can write to nothing of the user's.</summary>
    RestrictedToken,

    /// <summary>Windows: the job keeps the child from the clipboard, other processes' windows and the desktop.</summary>
    UserInterface,

    /// <summary>Windows: no system calls of the window manager. For native children only; the runtime's libraries need them.</summary>
    Win32kLockdown,
}
