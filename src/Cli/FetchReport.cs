using System.Buffers;
using System.Text;
using System.Text.Json;
using ActorBrowser.Transport;

namespace ActorBrowser.Cli;

/// <summary>The result for one URL, which <c>fetch --json</c> prints as one JSON object on one line.</summary>
/// <param name="Url">As given on the command line.</param>
/// <param name="Headers">The response's status and headers; null if none arrived.</param>
/// <param name="End">Sizes and time; null if the body is incomplete.</param>
/// <param name="Error">Why it failed; null if it succeeded.</param>
/// <param name="ChildProcessId">The pid of the network child; 0 if none took the fetch.</param>
internal sealed record FetchReport(string Url, FetchHeaders? Headers, FetchEnd? End, FetchError? Error, int ChildProcessId)
{
    /// <summary>One sentence on why the output could not be written, which cancelled the fetch; null for none.</summary>
    internal string? OutputFailure { get; init; }

    internal int ExitCode(bool failOnHttpError) =>
        OutputFailure is not null ? ExitCodes.WriteError
        : Error is { } error ? ExitCodes.For(error.Kind)
        : failOnHttpError && Headers is { Status: >= 400 } ? ExitCodes.HttpError
        : ExitCodes.Success;

    /// <summary>The failure in one sentence; null for none.</summary>
    internal string? Problem(bool failOnHttpError) =>
        OutputFailure ?? Error?.Message ?? (ExitCode(failOnHttpError) != ExitCodes.Success ? $"HTTP status {Headers?.Status}" : null);

    internal string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("url", Url);
            if (Headers is { } headers)
                WriteHeaders(json, headers);
            if (End is { } end)
            {
                json.WriteStartObject("sizes");
                json.WriteNumber("body_bytes", end.BodyBytes);
                json.WriteNumber("wire_bytes", end.WireBytes);
                json.WriteEndObject();
            }
            WriteTimings(json);
            if (OutputFailure is { } failure)
                WriteError(json, "output", failure);
            else if (Error is { } error)
                WriteError(json, JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind.ToString()), error.Message);
            if (ChildProcessId > 0)
                json.WriteNumber("child_pid", ChildProcessId);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteError(Utf8JsonWriter json, string kind, string message)
    {
        json.WriteStartObject("error");
        json.WriteString("kind", kind);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private static void WriteHeaders(Utf8JsonWriter json, FetchHeaders headers)
    {
        json.WriteNumber("status", headers.Status);
        json.WriteString("http_version", headers.HttpVersion);
        json.WriteString("final_url", headers.FinalUrl);
        json.WriteString("remote_address", headers.RemoteAddress);
        json.WriteStartArray("headers");
        foreach (var field in headers.Headers)
        {
            json.WriteStartArray();
            json.WriteStringValue(field.Name);
            json.WriteStringValue(field.Value);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        json.WriteStartArray("redirects");
        foreach (var hop in headers.Redirects)
        {
            json.WriteStartObject();
            json.WriteNumber("status", hop.Status);
            json.WriteString("url", hop.Url);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private void WriteTimings(Utf8JsonWriter json)
    {
        if (Headers is not { } headers)
            return;
        json.WriteStartObject("timings_us");
        json.WriteNumber("name_lookup", (long)headers.Timings.NameLookup.TotalMicroseconds);
        json.WriteNumber("connect", (long)headers.Timings.Connect.TotalMicroseconds);
        json.WriteNumber("tls", (long)headers.Timings.Tls.TotalMicroseconds);
        json.WriteNumber("first_byte", (long)headers.Timings.FirstByte.TotalMicroseconds);
        if (End is { } end)
            json.WriteNumber("total", (long)end.TotalTime.TotalMicroseconds);
        json.WriteEndObject();
    }
}
