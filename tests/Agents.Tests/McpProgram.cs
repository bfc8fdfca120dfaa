using System.Diagnostics;
using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace ActorBrowser.AgentsTests;

/// <summary>The built <c>actorbrowser mcp</c>, and the official client of it.</summary>
internal static class McpProgram
{
    /// <summary>Connects the official client to a server that it starts, over standard input and output.</summary>
    internal static async Task<McpClient> ConnectAsync(params string[] options) =>
        await McpClient.CreateAsync(new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = TestChildProgram.Command,
            Arguments = ["mcp", .. options],
            ShutdownTimeout = Deadline.Long,
        })).WaitAsync(Deadline.Long * 2);

    /// <summary>Starts a server over HTTP, and returns its URL.</summary>
    internal static async Task<(Process Process, Uri Url)> ServeAsync(string token, params string[] options)
    {
        var start = new ProcessStartInfo(TestChildProgram.Command, ["mcp", "--http", "0", .. options]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ACTORBROWSER_MCP_TOKEN"] = token;
        var process = Process.Start(start)!;
        var line = await process.StandardError.ReadLineAsync().Soon();
        const string Before = "actorbrowser: serving at ";
        if (line?.StartsWith(Before, StringComparison.Ordinal) != true)
            throw new InvalidOperationException($"The server said: {line} {await process.StandardError.ReadToEndAsync().Soon()}");
        return (process, new Uri(line[Before.Length..]));
    }

    /// <summary>Connects the official client over HTTP.</summary>
    internal static async Task<McpClient> ConnectAsync(Uri url, string token) =>
        await McpClient.CreateAsync(new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = url,
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" },
        })).WaitAsync(Deadline.Long * 2);

    internal static async Task<JsonElement> CallAsync(this McpClient client, string tool, object arguments)
    {
        var result = await client.RawCallAsync(tool, arguments);
        Assert.True(result.IsError is not true, TextOf(result));
        return result.StructuredContent!.Value;
    }

    /// <summary>Calls a tool that fails, and returns its sentence.</summary>
    internal static async Task<string> RefusedAsync(this McpClient client, string tool, object arguments)
    {
        var result = await client.RawCallAsync(tool, arguments);
        Assert.True(result.IsError, TextOf(result));
        Assert.Null(result.StructuredContent);
        return TextOf(result);
    }

    internal static Task<CallToolResult> RawCallAsync(this McpClient client, string tool, object arguments, CancellationToken cancellation = default) =>
        client.CallToolAsync(new CallToolRequestParams { Name = tool, Arguments = Of(arguments) }, cancellation).AsTask().WaitAsync(Deadline.Long * 3, CancellationToken.None);

    internal static string TextOf(CallToolResult result) => ((TextContentBlock)Assert.Single(result.Content)).Text;

    internal static Dictionary<string, JsonElement> Of(object arguments) =>
        JsonSerializer.SerializeToElement(arguments).EnumerateObject().ToDictionary(static one => one.Name, static one => one.Value);
}
