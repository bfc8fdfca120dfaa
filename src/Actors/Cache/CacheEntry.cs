using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ActorBrowser.Transport;

namespace ActorBrowser;

/// <summary>A stored response.</summary>
/// <param name="Url">Without a fragment.</param>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its fields.</param>
/// <param name="Request">The request's fields that Vary names.</param>
/// <param name="Requested">When the request was sent.</param>
/// <param name="Received">When the response came.</param>
/// <param name="Space">Where the server was: what the response names is fetched on its behalf.</param>
/// <param name="Body">Decoded.</param>
internal sealed record CacheEntry(
    string Url, int Status, IReadOnlyList<HeaderField> Headers, IReadOnlyList<HeaderField> Request, DateTimeOffset Requested, DateTimeOffset Received, AddressSpace Space,
    ReadOnlyMemory<byte> Body)
{
    private const int HashLength = 64;

    /// <summary>A file: a hash of all that follows, a line of JSON, and the body.</summary>
    /// <param name="identity">Whose entry it is.</param>
    internal byte[] ToBytes(string identity)
    {
        var buffer = new ArrayBufferWriter<byte>(Body.Length + 1024);
        buffer.Write(new byte[HashLength + 1]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("identity", identity);
            json.WriteString("url", Url);
            json.WriteNumber("status", Status);
            json.WriteNumber("requested", Requested.ToUnixTimeMilliseconds());
            json.WriteNumber("received", Received.ToUnixTimeMilliseconds());
            json.WriteNumber("space", (int)Space);
            WriteFields(json, "headers", Headers);
            WriteFields(json, "request", Request);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        buffer.Write(Body.Span);
        var file = buffer.WrittenSpan.ToArray();
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(HashLength + 1))), file);
        file[HashLength] = (byte)'\n';
        return file;
    }

    /// <summary>Reads a file; null if it is damaged, or another identity's or URL's.</summary>
    internal static CacheEntry? Read(byte[] file, string identity, string url)
    {
        if (file.Length < HashLength + 2 || file[HashLength] != '\n' || Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(HashLength + 1))) != Encoding.ASCII.GetString(file, 0, HashLength))
            return null;
        var end = Array.IndexOf(file, (byte)'\n', HashLength + 1);
        if (end < 0)
            return null;
        try
        {
            using var document = JsonDocument.Parse(file.AsMemory((HashLength + 1)..end));
            var json = document.RootElement;
            if (json.GetProperty("identity").GetString() != identity || json.GetProperty("url").GetString() != url)
                return null;
            return new CacheEntry(
                url, json.GetProperty("status").GetInt32(), ReadFields(json.GetProperty("headers")), ReadFields(json.GetProperty("request")),
                DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("requested").GetInt64()),
                DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("received").GetInt64()), (AddressSpace)json.GetProperty("space").GetInt32(), file.AsMemory(end + 1));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException)
        {
            // Another version's file.
            return null;
        }
    }

    /// <summary>The name of the file.</summary>
    internal static string NameOf(string identity, string url) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{identity.Length} {identity}\n{url}"))));

    private static void WriteFields(Utf8JsonWriter json, string name, IReadOnlyList<HeaderField> fields)
    {
        json.WriteStartArray(name);
        foreach (var field in fields)
        {
            json.WriteStringValue(field.Name);
            json.WriteStringValue(field.Value);
        }
        json.WriteEndArray();
    }

    private static HeaderField[] ReadFields(JsonElement array)
    {
        var fields = new HeaderField[array.GetArrayLength() / 2];
        for (var i = 0; i < fields.Length; i++)
            fields[i] = new HeaderField(array[2 * i].GetString() ?? "", array[2 * i + 1].GetString() ?? "");
        return fields;
    }
}
