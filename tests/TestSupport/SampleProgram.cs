namespace ActorBrowser.TestSupport;

/// <summary>The programs of the repository, as the build of the tests made them.</summary>
public static class SampleProgram
{
    /// <summary>Returns the program of a sample.</summary>
    /// <param name="name">The sample's folder.</param>
    public static string Path(string name) => Path(System.IO.Path.Combine("samples", name), name);

    /// <summary>Returns a program of the repository.</summary>
    /// <param name="project">The project's folder.</param>
    /// <param name="program">The program's name.</param>
    public static string Path(string project, string program)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "ActorBrowser.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return System.IO.Path.Combine(folder, project, "bin", System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!), "net10.0", program);
    }
}
