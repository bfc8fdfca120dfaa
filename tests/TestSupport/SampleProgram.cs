namespace ActorBrowser.TestSupport;

/// <summary>The programs of the samples folder, as the build of the tests made them.</summary>
public static class SampleProgram
{
    /// <summary>Returns the program of a sample.</summary>
    /// <param name="name">The sample's folder.</param>
    public static string Path(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "ActorBrowser.sln")))
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run in the repository.");
        return System.IO.Path.Combine(folder, "samples", name, "bin", System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd('/'))!), "net10.0", name);
    }
}
