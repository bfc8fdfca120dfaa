namespace ActorBrowser.Bench;

/// <summary>The programs that yardsticks need.</summary>
internal static class Tools
{
    /// <summary>The program's full path; throws an exception that says what to install.</summary>
    internal static string Find(string program) =>
        TryFind(program) ?? throw new InvalidOperationException($"The yardstick needs `{program}`, which is not on PATH: install it.");

    /// <summary>The program's full path; null if it is not installed.</summary>
    internal static string? TryFind(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/bin");
        return folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }

    /// <summary>The interpreter's executable, not a version manager's shim, whose time would count as part of the start.</summary>
    internal static string FindPython()
    {
        var shim = Find("python3");
        return NativeProcess.Run(shim, "-c", "import sys; print(sys.executable)").Output.Trim();
    }
}
