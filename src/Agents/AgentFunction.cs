using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace ActorBrowser.Agents;

/// <summary>A tool as a function of <c>Microsoft.Extensions.AI</c>.</summary>
internal sealed class AgentFunction(AgentTool tool, ToolSession session) : AIFunction
{
    public override string Name => tool.Name;

    public override string Description => tool.Description;

    public override JsonElement JsonSchema => tool.InputSchema;

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var given = new List<KeyValuePair<string, JsonElement>>();
        foreach (var (name, value) in arguments)
            given.Add(new(name, ElementOf(value)));
        return (await tool.RunAsync(session, given, NoProgress.Instance, cancellationToken).ConfigureAwait(false)).Text;
    }

    // Models' arguments are JSON; a program that calls the function itself may pass values of .NET.
    private static JsonElement ElementOf(object? value) => value switch
    {
        JsonElement element => element,
        JsonNode node => AgentTool.ElementOf(node),
        null => default,
        string text => AgentTool.ElementOf(JsonValue.Create(text)),
        bool flag => AgentTool.ElementOf(JsonValue.Create(flag)),
        int number => AgentTool.ElementOf(JsonValue.Create(number)),
        long number => AgentTool.ElementOf(JsonValue.Create(number)),
        double number when double.IsFinite(number) => AgentTool.ElementOf(JsonValue.Create(number)),
        IEnumerable<string> texts => AgentTool.ElementOf(new JsonArray([.. texts.Select(static text => (JsonNode?)text)])),
        // Refused where the argument is checked: no argument is an object.
        _ => AgentTool.ElementOf(new JsonObject()),
    };

    private sealed class NoProgress : IToolProgress
    {
        internal static readonly NoProgress Instance = new();

        public ValueTask TellAsync(long done, long? total, string message) => ValueTask.CompletedTask;
    }
}
