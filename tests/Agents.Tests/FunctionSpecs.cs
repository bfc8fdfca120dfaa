using ActorBrowser.Agents;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;

namespace ActorBrowser.AgentsTests;

/// <summary>The same tools as functions of <c>Microsoft.Extensions.AI</c>, used by the Agent Framework with a model that is played from a script.</summary>
public sealed class FunctionSpecs : TestKit
{
    private readonly IActorRef _browser;

    public FunctionSpecs() : base($"akka.loglevel = ERROR\nakka.log-dead-letters = off\nactorbrowser.child.executable = \"{TestChildProgram.Path}\"") =>
        _browser = Sys.StartActorBrowser();

    [Fact]
    public async Task An_agent_of_the_framework_calls_them_in_turn_and_sees_what_they_say()
    {
        await using var session = ToolSession.Begin(BrowserClient.For(_browser));
        using var model = new PlayedModel(
            ("run_command", new() { ["command"] = "echo 42 > answer; cat answer" }),
            ("fetch", new() { ["url"] = "http://127.0.0.1:1/" }),
            ("poll_command", new() { ["handle"] = "none", ["offset"] = 3 }),
            ("run_command", new() { ["command"] = "cat answer | wc -c", ["maxBytes"] = 100L }));
        var agent = new ChatClientAgent(model, "You are a tester.", "tester", null, [.. session.Functions], null, null);
        var answer = await agent.RunAsync("Go.").WaitAsync(Deadline.Long * 2);
        Assert.Equal("Done.", answer.Text);
        Assert.Equal(4, model.Results.Count);
        Assert.Contains("\n42\n", model.Results[0], StringComparison.Ordinal);
        Assert.Contains("this session may not reach: only public addresses.", model.Results[1], StringComparison.Ordinal);
        Assert.Contains("There is no command 'none' in this session", model.Results[2], StringComparison.Ordinal);
        Assert.Contains("\n3\n", model.Results[3], StringComparison.Ordinal);
        Assert.Equal(session.Functions.Select(static one => one.Name), model.Offered);
    }

    [Fact]
    public async Task A_cancelled_function_ends_its_command_and_an_ended_session_leaves_nothing()
    {
        var mark = $"83{Random.Shared.Next(100_000, 999_999)}";
        var session = ToolSession.Begin(BrowserClient.For(_browser));
        var run = session.Functions.Single(static one => one.Name == "run_command");
        using var enough = new CancellationTokenSource();
        var running = run.InvokeAsync(new() { ["command"] = $"sleep {mark}" }, enough.Token).AsTask();
        await ProcessTable.Until(() => ProcessTable.WithArgument(mark).Count > 0, Deadline.Long);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Deadline.Long));
        Assert.Empty(ProcessTable.WithArgument(mark));
        await session.Functions.Single(static one => one.Name == "start_command").InvokeAsync(new() { ["command"] = $"sleep {mark}" });
        await session.DisposeAsync();
        Assert.Empty(ProcessTable.WithArgument(mark));
        Assert.False(Directory.Exists(session.Workspace));
        Assert.Equal("This session has ended; begin another.", (await run.InvokeAsync(new() { ["command"] = "true" }))!.ToString());
    }

    [Fact]
    public async Task What_a_command_may_do_is_the_embedder_s_to_change()
    {
        await using var session = ToolSession.Begin(BrowserClient.For(_browser), new ToolSessionOptions
        {
            Profile = "command-read-only",
            Prepare = static spawn => spawn with { Environment = CommandEnvironment.Default with { Variables = new Dictionary<string, CommandText> { ["WHO"] = "me" } } },
        });
        var said = (await session.Functions.Single(static one => one.Name == "run_command").InvokeAsync(new() { ["command"] = "echo $WHO; touch x" }))!.ToString()!;
        Assert.Contains("\nme\n", said, StringComparison.Ordinal);
        Assert.Contains("Read-only file system", said, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ToolSession.Begin(BrowserClient.For(_browser), new ToolSessionOptions { Workspace = "relative" }));
        Assert.Throws<ArgumentOutOfRangeException>(() => ToolSession.Begin(BrowserClient.For(_browser), new ToolSessionOptions { MaxResultBytes = 1023 }));
    }

    /// <summary>Calls one tool after another, as a model would.</summary>
    private sealed class PlayedModel(params (string Tool, Dictionary<string, object?> Arguments)[] calls) : IChatClient
    {
        private int _next;

        internal List<string> Results { get; } = [];

        internal IReadOnlyList<string> Offered { get; private set; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Offered = [.. options!.Tools!.Select(static tool => tool.Name)];
            if (messages.Last().Contents.OfType<FunctionResultContent>().FirstOrDefault() is { } result)
                Results.Add(result.Result!.ToString()!);
            if (_next == calls.Length)
                return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Done.")));
            var (tool, arguments) = calls[_next++];
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent($"call-{_next}", tool, arguments)])));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException("The test does not stream.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
