namespace ActorBrowser.Sandbox;

/// <summary>The program of a child; by default the running one.</summary>
/// <param name="Path">An absolute path.</param>
/// <param name="Arguments">The arguments before the role's; the program's own name is not among them.</param>
internal sealed record ChildExecutable(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Whether it is a native program, which generates no code at run time and uses fewer system calls.</summary>
    public bool IsNative => OperatingSystem.IsLinux() && NativeImage.Is(Path);

    /// <summary>Whether it is the native child image, which needs no runtime and no libraries next to it; an embedder's program may.</summary>
    public bool IsChildImage { get; init; }

    /// <summary>
    /// The running program: its executable, or <c>dotnet app.dll</c> under the shared host. Under a test host this is the test host,
    /// which cannot be a child: configure another program.
    /// </summary>
    /// <exception cref="LaunchException">The runtime does not know the program's path.</exception>
    public static ChildExecutable Current
    {
        get
        {
            var path = Environment.ProcessPath
                ?? throw new LaunchException(LaunchErrorKind.NotFound, "The path of the running program is unknown; set actorbrowser.child.executable.");
            if (!System.IO.Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
                return new ChildExecutable(path, []);
            var application = Environment.GetCommandLineArgs()[0];
            return new ChildExecutable(path, [System.IO.Path.GetFullPath(application)]);
        }
    }

    /// <summary>A program by its path: an executable, or a .dll for the running <c>dotnet</c>.</summary>
    /// <param name="path">A path, absolute or from the current folder.</param>
    public static ChildExecutable FromPath(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!full.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            return new ChildExecutable(full, []);
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? Environment.ProcessPath ?? "dotnet";
        return new ChildExecutable(host, [full]);
    }
}
