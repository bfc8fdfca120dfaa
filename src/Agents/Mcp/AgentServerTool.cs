using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ActorBrowser.Agents;

/// <summary>A tool as the Model Context Protocol knows it.</summary>
internal sealed class AgentServerTool(AgentTool tool, ToolSession session) : McpServerTool
{
    public override Tool ProtocolTool { get; } = new()
    {
        Name = tool.Name,
        Title = tool.Title,
        Description = tool.Description,
        InputSchema = tool.InputSchema,
        OutputSchema = tool.OutputSchema,
        Annotations = new ToolAnnotations
        {
            Title = tool.Title,
            ReadOnlyHint = tool.IsReadOnly,
            DestructiveHint = tool.IsDestructive,
            IdempotentHint = tool.IsIdempotent,
            OpenWorldHint = tool.IsOpenWorld,
        },
    };

    public override IReadOnlyList<object> Metadata => [];

    public override async ValueTask<CallToolResult> InvokeAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken = default)
    {
        var progress = new Progress(request.Server, request.Params?.ProgressToken, cancellationToken);
        var result = await tool.RunAsync(session, request.Params?.Arguments, progress, cancellationToken).ConfigureAwait(false);
        return new CallToolResult
        {
            Content = [new TextContentBlock { Text = result.Text }],
            StructuredContent = result.Structured is { } structured ? AgentTool.ElementOf(structured) : null,
            IsError = result.IsFailure,
        };
    }

    private sealed class Progress(McpServer server, ProgressToken? token, CancellationToken cancellation) : IToolProgress
    {
        private long _last = -1;

        public bool CanAsk => server.ClientCapabilities?.Elicitation is not null;

        public async ValueTask<bool?> AskAsync(string question, CancellationToken cancellation)
        {
            if (!CanAsk)
                return null;
            var answer = await server.ElicitAsync(new ElicitRequestParams
            {
                Message = question,
                RequestedSchema = new ElicitRequestParams.RequestSchema { Properties = { ["allow"] = new ElicitRequestParams.BooleanSchema { Title = "Allow it", Description = "Whether this is allowed until the session ends." } } },
            }, cancellation).ConfigureAwait(false);
            return answer.Action switch
            {
                "accept" => answer.Content is { } content && content.TryGetValue("allow", out var allow) && allow.ValueKind == System.Text.Json.JsonValueKind.True,
                // Whoever closes the question has not allowed it.
                _ => false,
            };
        }

        public async ValueTask TellAsync(long done, long? total, string message)
        {
            // The protocol wants each notification to say more than the one before.
            if (token is not { } wanted || done <= _last)
                return;
            _last = done;
            await server.NotifyProgressAsync(wanted, new ProgressNotificationValue { Progress = done, Total = total, Message = message }, cancellationToken: cancellation).ConfigureAwait(false);
        }
    }
}
