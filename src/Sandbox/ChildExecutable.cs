namespace ActorBrowser.Sandbox;

/// <summary>The program that a child is: by default this very one.</summary>
/// <param name="Path">An absolute path.</param>
/// <param name="Arguments">What comes before the role's arguments; the program's own name is not among them.</param>
internal sealed record ChildExecutable(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>Whether it is a native program, which makes no code as it runs and calls less of the kernel.</summary>
    public bool IsNative => OperatingSystem.IsLinux() && NativeImage.Is(Path);

    /// <summary>Whether it is our native child image, which needs neither a runtime nor libraries beside it; an embedder's program may.</summary>
    public bool IsChildImage { get; init; }

    /// <summary>
    /// The running program: its own executable, or <c>dotnet app.dll</c> where the shared host runs it. Under a test host
    /// this is the test host, which cannot be a child: configure another.
    /// </summary>
    /// <exception cref="LaunchException">The runtime does not know what it runs.</exception>
    public static ChildExecutable Current
    {
        get
        {
            var path = Environment.ProcessPath
                ?? throw new LaunchException(LaunchErrorKind.NotFound, "The path of the running program is unknown.");
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
