namespace ActorBrowser.Bench;

/// <summary>The programs that yardsticks need.</summary>
internal static class Tools
{
    /// <summary>The program's full path, or a sentence that says what to install.</summary>
    internal static string Find(string program) =>
        TryFind(program) ?? throw new InvalidOperationException($"The yardstick needs `{program}`, which is not on PATH: install it.");

    /// <summary>The program's full path; null when it is not there.</summary>
    internal static string? TryFind(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/bin");
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>An interpreter's own executable: a version manager's shim would be counted as part of its start.</summary>
    internal static string FindPython()
    {
        var shim = Find("python3");
        return NativeProcess.Run(shim, "-c", "import sys; print(sys.executable)").Output.Trim();
    }
}
