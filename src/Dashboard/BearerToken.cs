using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace ActorBrowser.Dashboard;

/// <summary>The secret by which an HTTP client is known, in the header Authorization.</summary>
internal sealed class BearerToken
{
    internal const int Longest = 4096;
    private const int Shortest = 16;
    private const int RandomLength = 48;
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash;

    /// <summary>Takes a token.</summary>
    /// <exception cref="ArgumentException">It is too short, or has other characters than ASCII's visible ones.</exception>
    internal BearerToken(string token)
    {
        if (Complaint(token) is { } complaint)
            throw new ArgumentException(complaint, nameof(token));
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    }

    /// <summary>What is wrong with a token, as a sentence; null if nothing is.</summary>
    internal static string? Complaint(string token) => token.Length is >= Shortest and <= Longest && token.All(static c => c is > ' ' and < '\x7f') ? null
        : $"The token has {token.Length} characters; it takes {Shortest} to {Longest} characters of ASCII without spaces.";

    /// <summary>Draws a token.</summary>
    internal static string Draw() => RandomNumberGenerator.GetHexString(RandomLength, lowercase: true);

    /// <summary>Whether a request has the token. Its connection is then no longer one of an unknown client.</summary>
    internal bool IsIn(HttpContext context)
    {
        if (!IsIn(context.Request.Headers.Authorization is [var one] ? one : null))
            return false;
        context.Features.Get<UnknownClients.Client>()?.Remove();
        return true;
    }

    /// <summary>Whether this is the value of an Authorization header with the token. Takes as long for a wrong token as for the right one.</summary>
    internal bool IsIn(string? header) =>
        header is not null && header.Length <= Scheme.Length + Longest && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim())), _hash);
}
