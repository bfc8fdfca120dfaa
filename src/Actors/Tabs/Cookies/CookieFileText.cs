using System.Text.Encodings.Web;
using System.Text.Json;

namespace ActorBrowser;

/// <summary>The format of a file of cookies: JSON.</summary>
internal static class CookieFileText
{
    /// <summary>The longest file: as long as a full jar of the longest cookies.</summary>
    internal const int Longest = 64 << 20;

    private const int MostCookies = 10_000;

    internal static byte[] Write(IReadOnlyList<Cookie> cookies, bool indented = true)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = indented, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", "actorbrowser-cookies");
            json.WriteNumber("version", 1);
            json.WriteStartArray("cookies");
            foreach (var cookie in cookies)
            {
                json.WriteStartObject();
                json.WriteString("name", cookie.Name);
                json.WriteString("value", cookie.Value);
                json.WriteString("domain", cookie.Domain);
                json.WriteBoolean("hostOnly", cookie.IsHostOnly);
                json.WriteString("path", cookie.Path);
                json.WriteBoolean("secure", cookie.IsSecure);
                json.WriteBoolean("httpOnly", cookie.IsHttpOnly);
                json.WriteString("sameSite", cookie.SameSite.ToString());
                if (cookie.Expires is { } expires)
                    json.WriteNumber("expires", expires.ToUnixTimeMilliseconds());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Reads a file's text.</summary>
    /// <returns>Null if it is not the format; <paramref name="problem"/> says why.</returns>
    internal static IReadOnlyList<Cookie>? Read(ReadOnlyMemory<byte> text, out string problem)
    {
        problem = "";
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 8 });
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("format", out var format) || !format.ValueEquals("actorbrowser-cookies"))
                throw new FormatException("It does not begin as one.");
            if (root.GetProperty("version").GetInt32() != 1)
                throw new FormatException("It is of a version that this program does not know.");
            var cookies = new List<Cookie>();
            foreach (var one in root.GetProperty("cookies").EnumerateArray())
            {
                if (cookies.Count == MostCookies)
                    throw new FormatException($"It has more than {MostCookies} cookies.");
                cookies.Add(CookieOf(one));
            }
            return cookies;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            problem = e is JsonException { LineNumber: { } line } ? $"Line {line + 1} is not the JSON that this library writes." : e.Message.EndsWith('.') ? e.Message : e.Message + ".";
            return null;
        }
    }

    private static Cookie CookieOf(JsonElement one)
    {
        var cookie = new Cookie
        {
            Name = Text(one, "name", Cookie.LongestPair),
            Value = Text(one, "value", Cookie.LongestPair),
            Domain = Text(one, "domain", Cookie.LongestAttribute),
            IsHostOnly = one.GetProperty("hostOnly").GetBoolean(),
            Path = Text(one, "path", 64 << 10),
            IsSecure = one.GetProperty("secure").GetBoolean(),
            IsHttpOnly = one.GetProperty("httpOnly").GetBoolean(),
            SameSite = Text(one, "sameSite", 16) switch
            {
                nameof(SameSite.None) => SameSite.None,
                nameof(SameSite.Lax) => SameSite.Lax,
                nameof(SameSite.Strict) => SameSite.Strict,
                nameof(SameSite.Default) => SameSite.Default,
                var other => throw new FormatException($"A cookie has the SameSite attribute '{other}'."),
            },
            Expires = one.TryGetProperty("expires", out var expires) ? DateTimeOffset.FromUnixTimeMilliseconds(expires.GetInt64()) : null,
        };
        return cookie.Name.Length + cookie.Value.Length is > 0 and <= Cookie.LongestPair && cookie.Domain.Length > 0 && cookie.Path.StartsWith('/') ? cookie
            : throw new FormatException($"The cookie '{Transport.Http.HttpRules.Shorten(cookie.Name, 60)}' is none that a server can set.");
    }

    // Whatever is sent again must not break a header.
    private static string Text(JsonElement one, string name, int longest)
    {
        var text = one.GetProperty(name).GetString() ?? throw new FormatException($"A cookie's {name} is null.");
        return text.Length <= longest && !text.AsSpan().ContainsAnyInRange('\0', '\x08') && !text.AsSpan().ContainsAnyInRange('\x0A', '\x1F') && !text.Contains('\x7F', StringComparison.Ordinal)
            && (name is not ("name" or "value") || !text.Contains(';', StringComparison.Ordinal)) ? text
            : throw new FormatException($"A cookie's {name} is longer than a server can set, or has a control character.");
    }
}
