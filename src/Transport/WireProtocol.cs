namespace ActorBrowser.Transport;

/// <summary>The names and numbers that both ends must agree on before the first frame.</summary>
internal static class WireProtocol
{
    /// <summary>Incremented whenever a frame's meaning changes.</summary>
    public const int Version = 1;

    /// <summary>The argument before the role's name on a child's command line.</summary>
    public const string RoleArgument = "--subprocess-kind";

    /// <summary>The environment variable that names the inherited descriptor.</summary>
    public const string DescriptorVariable = "ACTORBROWSER_IPC_FD";

    /// <summary>The environment variable that names the pipe if no descriptor is inherited.</summary>
    public const string PipeVariable = "ACTORBROWSER_IPC_PIPE";

    /// <summary>The environment variable with the pipe's one-time secret, in hexadecimal.</summary>
    public const string PipeSecretVariable = "ACTORBROWSER_IPC_SECRET";

    /// <summary>The environment variable with the parent's pid: a child that finds a different parent exits at once.</summary>
    public const string ParentVariable = "ACTORBROWSER_PARENT_PID";

    /// <summary>The environment variable with the child's own part of its confinement: the system call filter, and the layers to measure.</summary>
    public const string ConfinementVariable = "ACTORBROWSER_SANDBOX";

    /// <summary>The descriptor of every Unix child's channel.</summary>
    public const int ChildDescriptor = 3;

    /// <summary>Identifies the sources that parent and child were both built from; the same for the JIT and the native compiler.</summary>
    public static Guid BuildId { get; } = Guid.ParseExact(SourceHash.Text, "N");
}
