using System.Security.Cryptography;
using System.Text;

namespace ActorBrowser.Cli;

/// <summary>The secret by which an HTTP client is known.</summary>
internal sealed class McpToken
{
    internal const string Variable = "ACTORBROWSER_MCP_TOKEN";
    private const int Shortest = 16;
    private const int Longest = 4096;
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly byte[] _hash;

    private McpToken(string token) => _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    /// <summary>Reads the token; creates a file that does not exist, with a random one.</summary>
    /// <exception cref="UsageException">There is none, others may read it or own its file, or it is too short.</exception>
    internal static McpToken Read(string? file)
    {
        var token = file is null ? Environment.GetEnvironmentVariable(Variable) : OfFile(file);
        if (string.IsNullOrEmpty(token))
            throw new UsageException($"--http needs a token: in a file (--token-file FILE, which is created with a random one), or in the variable {Variable}.");
        return token.Length is >= Shortest and <= Longest && token.All(static c => c is > ' ' and < '\x7f') ? new McpToken(token)
            : throw new UsageException($"The token has {token.Length} characters; it takes {Shortest} to {Longest} characters of ASCII without spaces.");
    }

    /// <summary>Whether this is the value of an Authorization header with the token. Takes as long for a wrong token as for the right one.</summary>
    internal bool IsIn(string? header) =>
        header is not null && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header["Bearer ".Length..].Trim())), _hash);

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
            var text = new char[Longest + 1];
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
        writer.WriteLine(RandomNumberGenerator.GetHexString(48, lowercase: true));
    }
}
