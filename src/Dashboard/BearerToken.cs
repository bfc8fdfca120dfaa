using System.Security.Cryptography;
using System.Text;

namespace ActorBrowser.Dashboard;

/// <summary>The secret of the default authorisation.</summary>
internal sealed class DashboardToken
{
    private const int Shortest = 16;
    private const int Longest = 4096;
    private const int RandomLength = 48;
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash;

    /// <summary>Takes a token.</summary>
    /// <exception cref="ArgumentException">It is too short, or has other characters than ASCII's visible ones.</exception>
    internal DashboardToken(string token)
    {
        if (token.Length is < Shortest or > Longest || token.Any(static c => c is <= ' ' or >= '\x7f'))
            throw new ArgumentException($"The token has {token.Length} characters; it takes {Shortest} to {Longest} characters of ASCII without spaces.", nameof(token));
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }

    /// <summary>Draws a token.</summary>
    internal static DashboardToken Random(out string token) => new(token = RandomNumberGenerator.GetHexString(RandomLength, lowercase: true));

    /// <summary>Whether this is the value of an Authorization header with the token. Takes as long for a wrong token as for the right one.</summary>
    internal bool IsIn(string? header) =>
        header is not null && header.Length <= Scheme.Length + Longest && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), _hash);
}
