using System.Runtime.InteropServices;

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
            var application = System.IO.Path.GetFullPath(Environment.GetCommandLineArgs()[0]);
            if (System.IO.Path.GetFileNameWithoutExtension(path).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
                return new ChildExecutable(path, [application]);
            // A tool of dotnet runs by a shim in another folder, from which a confined child could not read the program.
            return IsShim(path, application) && SharedHost() is { } host ? new ChildExecutable(host, [application]) : new ChildExecutable(path, []);
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

    private static bool IsShim(string path, string application) =>
        application.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && File.Exists(application)
        && System.IO.Path.GetDirectoryName(application) != System.IO.Path.GetDirectoryName(path);

    // …/shared/Microsoft.NETCore.App/10.0.1/ → …/dotnet
    private static string? SharedHost()
    {
        var host = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return File.Exists(host) ? host : null;
    }
}
