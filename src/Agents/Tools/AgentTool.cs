using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorBrowser.Agents;

/// <summary>One tool: what a model reads of it, and what it does. The Model Context Protocol and <c>AIFunction</c>s both serve this definition.</summary>
/// <param name="Name">The tool's name.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Description">For the model: what it does, and when to use it.</param>
/// <param name="Call">Does it: session, arguments, progress (which may be told any number of times), cancellation.</param>
internal sealed record AgentTool(
    string Name, string Title, string Description, Func<ToolSession, ToolArguments, IToolProgress, CancellationToken, Task<ToolResult>> Call)
{
    private JsonElement? _input;
    private JsonElement? _output;

    internal required IReadOnlyList<ToolParameter> Parameters { get; init; }

    internal required IReadOnlyList<ToolField> Fields { get; init; }

    /// <summary>Whether it changes nothing, outside this session either.</summary>
    internal bool IsReadOnly { get; init; }

    /// <summary>Whether it may delete or overwrite something.</summary>
    internal bool IsDestructive { get; init; }

    /// <summary>Whether a second call with the same arguments changes nothing more.</summary>
    internal bool IsIdempotent { get; init; }

    /// <summary>Whether it reaches what is outside this program and its sandboxes.</summary>
    internal bool IsOpenWorld { get; init; }

    /// <summary>The arguments as a JSON Schema.</summary>
    internal JsonElement InputSchema => _input ??= ElementOf(Types.ObjectOf(Parameters.Select(static one => (one.Name, one.Schema(), one.IsRequired))));

    /// <summary>The structured result as a JSON Schema.</summary>
    internal JsonElement OutputSchema => _output ??= ElementOf(Types.ObjectOf(Fields.Select(static one => (one.Name, one.Schema(), !one.IsOptional))));

    /// <summary>Runs the tool. Never throws but for cancellation: what fails is a result that says so.</summary>
    internal async Task<ToolResult> RunAsync(ToolSession session, IEnumerable<KeyValuePair<string, JsonElement>>? arguments, IToolProgress progress, CancellationToken cancellation)
    {
        try
        {
            session.ThrowIfClosed();
            return await Call(session, ToolArguments.Read(this, arguments), progress, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (ToolFailures.Of(e) is not null && !cancellation.IsCancellationRequested)
        {
            var (sentence, details) = ToolFailures.Of(e)!.Value;
            return ToolResult.Failed(sentence, details);
        }
    }

    internal static JsonElement ElementOf(JsonNode node)
    {
        using var document = JsonDocument.Parse(node.ToJsonString());
        return document.RootElement.Clone();
    }
}

/// <summary>The other end of a call: is told how far the call is, and asked what a person must decide.</summary>
internal interface IToolProgress
{
    /// <summary>Tells it.</summary>
    /// <param name="done">How much is done; never less than before.</param>
    /// <param name="total">How much there is; null if unknown.</param>
    /// <param name="message">One line.</param>
    ValueTask TellAsync(long done, long? total, string message);

    /// <summary>Whether the client can ask its user.</summary>
    bool CanAsk => false;

    /// <summary>Asks the person at the client.</summary>
    /// <param name="question">One or two sentences.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Yes or no; null if the client cannot ask, or the person did not answer.</returns>
    ValueTask<bool?> AskAsync(string question, CancellationToken cancellation) => new((bool?)null);
}
