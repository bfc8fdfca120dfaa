using System.Text;
using ActorBrowser.ChildEntrypoints.Egress;

namespace ActorBrowser.ChildEntrypoints.Secrets;

/// <summary>Puts secrets into the header of a request, in place of their placeholders.</summary>
internal static class SecretFields
{
    /// <summary>The port that https URLs leave out.</summary>
    internal const int UsualPort = 443;

    private const string Basic = "Basic ";

    /// <summary>Changes the request's fields.</summary>
    /// <param name="request">The request.</param>
    /// <param name="secrets">Placeholders and what they stand for.</param>
    /// <param name="encoded">Gets what was put in where a placeholder was encoded.</param>
    /// <returns>Null, or what the program should know: a placeholder stands where no secret is put.</returns>
    internal static string? Apply(ProxyRequest request, IReadOnlyList<(string Placeholder, string Value)> secrets, ICollection<(string Placeholder, string Value)> encoded)
    {
        // What is compressed, SecretMask could not read.
        request.Fields.RemoveAll(static field => NameOf(field).Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase));
        for (var i = 0; i < request.Fields.Count; i++)
        {
            var field = request.Fields[i];
            var name = NameOf(field).Length;
            request.Fields[i] = string.Concat(field.AsSpan(0, name + 1), Fill(field[(name + 1)..], secrets, encoded));
        }
        request.Fields.Add("Accept-Encoding: identity");
        return secrets.Any(secret => request.Target.Contains(secret.Placeholder, StringComparison.Ordinal))
            ? "A placeholder is in a request's URL: a secret is put into header fields only, since URLs are logged." : null;
    }

    private static ReadOnlySpan<char> NameOf(string field) => field.AsSpan(0, field.IndexOf(':', StringComparison.Ordinal));

    private static string Fill(string value, IReadOnlyList<(string Placeholder, string Value)> secrets, ICollection<(string Placeholder, string Value)> encoded)
    {
        foreach (var (placeholder, secret) in secrets)
            value = value.Replace(placeholder, secret, StringComparison.Ordinal);
        var trimmed = value.Trim();
        if (!trimmed.StartsWith(Basic, StringComparison.OrdinalIgnoreCase))
            return value;
        // A name and a password, as git and curl -u send them.
        var credentials = trimmed[Basic.Length..].Trim();
        // As the mask would not find what is not written in one way.
        if (credentials.Any(char.IsWhiteSpace))
            return value;
        var bytes = new byte[credentials.Length];
        if (!Convert.TryFromBase64String(credentials, bytes, out var length))
            return value;
        var pair = Encoding.Latin1.GetString(bytes, 0, length);
        var filled = pair;
        foreach (var (placeholder, secret) in secrets)
            filled = filled.Replace(placeholder, secret, StringComparison.Ordinal);
        if (filled == pair)
            return value;
        var sent = Convert.ToBase64String(Encoding.Latin1.GetBytes(filled));
        if (sent.Length == credentials.Length && secrets.All(static secret => secret.Value.Length >= SecretMask.LeastLength))
            encoded.Add((credentials, sent));
        return " " + Basic + sent;
    }
}
