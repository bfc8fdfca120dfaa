using ActorBrowser.Dashboard;

namespace ActorBrowser.Cli;

/// <summary>Where the secret of an HTTP client comes from: a file, or a variable.</summary>
internal static class McpToken
{
    internal const string Variable = "ACTORBROWSER_MCP_TOKEN";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads the token; creates a file that does not exist, with a random one.</summary>
    /// <exception cref="UsageException">There is none, others may read it or own its file, or it is too short.</exception>
    internal static BearerToken Read(string? file)
    {
        var token = file is null ? Environment.GetEnvironmentVariable(Variable) : OfFile(file);
        if (string.IsNullOrEmpty(token))
            throw new UsageException($"--http needs a token: in a file (--token-file FILE, which is created with a random one), or in the variable {Variable}.");
        return BearerToken.Complaint(token) is { } complaint ? throw new UsageException(complaint) : new BearerToken(token);
    }

    private static string OfFile(string file)
    {
        try
        {
            if (!File.Exists(file) && !Directory.Exists(file))
                Create(file);
            using var content = Interop.RegularFile.TryOpen(file) ?? throw new UsageException($"--token-file takes a regular file, not '{file}'.");
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(content.SafeFileHandle) & ~Owner) != 0)
                throw new UsageException($"Others may read the token in '{file}': chmod 600 '{file}'.");
            // Whoever owns it can change the token, and knows it.
            if (OperatingSystem.IsLinux() && Interop.RegularFile.OwnerOf(content.SafeFileHandle) is var owner && owner != 0 && owner != Interop.CurrentProcess.UserId)
                throw new UsageException($"The token file '{file}' belongs to another user ({owner}): make one of your own.");
            using var reader = new StreamReader(content);
            var text = new char[BearerToken.Longest + 1];
            return new string(text, 0, reader.ReadBlock(text)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            throw new UsageException($"The token file '{file}' cannot be used: {Complaint.ReasonOf(e)}");
        }
    }

    private static void Create(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = Owner;
        using var writer = new StreamWriter(new FileStream(file, options));
        writer.WriteLine(BearerToken.Draw());
    }
}
