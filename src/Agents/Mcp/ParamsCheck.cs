using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace ActorBrowser.Agents;

/// <summary>Checks the shape of a request's params: the SDK answers a wrong one as if the server had failed (-32603).</summary>
internal static class ParamsCheck
{
    /// <summary>JSON-RPC's code for params that are not valid.</summary>
    internal const int Invalid = -32602;

    /// <summary>What is wrong, as a sentence; null if the params have the right shape.</summary>
    internal static string? Problem(JsonRpcRequest request)
    {
        if (request.Params is not null and not JsonObject)
            return $"The params of {Shown(request.Method)} are {Kind(request.Params)}; they must be an object.";
        if (request.Method != RequestMethods.ToolsCall)
            return null;
        var call = request.Params as JsonObject;
        if (call?["name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String)
            return "The params of tools/call need name, the name of a tool, as a text.";
        return call["arguments"] is { } arguments and not JsonObject ? $"arguments is {Kind(arguments)}; it must be an object." : null;
    }

    private static string Kind(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "true or false",
    };

    private static string Shown(string method) => VisibleText.Line(VisibleText.Shorten(method, 60));
}
