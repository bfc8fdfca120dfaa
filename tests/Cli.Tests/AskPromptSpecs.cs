using System.Text;
using ActorBrowser.Cli;
using ActorBrowser.Interop;
using ActorBrowser.TestSupport;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Xunit;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.CliTests;

/// <summary>Which keys answer a question of <c>exec --ask</c>, shown at a real terminal, in virtual time.</summary>
public sealed class AskPromptSpecs : TestKit
{
    private readonly SafeDescriptor _master;
    private readonly SafeDescriptor _terminal;
    private readonly IActorRef _prompt;
    private readonly StringBuilder _seen = new();
    private readonly SemaphoreSlim _turn = new(1, 1);

    public AskPromptSpecs()
        : base("akka.loglevel = OFF\nakka.log-dead-letters = off\nakka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
    {
        _master = PseudoTerminal.Open(80, 24, out var name);
        _terminal = SmallFile.Open(name, writable: true);
        DescriptorFlags.SetNonBlocking(_terminal);
        _prompt = Sys.ActorOf(Props.Create(() => new AskPrompt(_terminal, TestActor, null, _turn)));
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        SafeDescriptor.DisposeAll(_terminal, _master);
    }

    private void Advance(double milliseconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromMilliseconds(milliseconds));

    private void Ask(long id) => _prompt.Tell(new FileRequested(id, "cmd-1", "command-none", "cat", $"/secret-{id}", FilePermission.Read, "The profile does not grant it.", Sys.Scheduler.Now.AddSeconds(45)));

    private async Task ShownAsync(string text)
    {
        var buffer = new byte[4096];
        await ProcessTable.Until(
            () =>
            {
                if (UnixPipe.Read(_master, buffer) is { Status: SocketStatus.Ok } read)
                    _seen.Append(Encoding.UTF8.GetString(buffer, 0, read.Bytes));
                return _seen.ToString().Contains(text, StringComparison.Ordinal);
            }, Deadline.Long);
        _seen.Clear();
    }

    // As the reactor tells them; AskSpecs types at a terminal, whose kernel passes keys on a moment later.
    private void Type(string keys)
    {
        foreach (var key in keys)
            _prompt.Tell(new AskPrompt.Key((byte)key));
    }

    private async Task AskedAsync(long id)
    {
        Ask(id);
        await ShownAsync($"/secret-{id}");
    }

    [Fact]
    public async Task A_key_within_half_a_second_of_the_question_is_no_answer()
    {
        await AskedAsync(1);
        Type("o");
        Advance(499);
        Type("n\rop\rs\r");
        Advance(1);
        await ShownAsync("The letter, and Enter (");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Type("o\r");
        Assert.Equal((1L, PermissionDecision.AllowOnce), await DecisionAsync());
    }

    [Fact]
    public async Task While_a_question_is_shown_nothing_else_is_written_to_the_terminal()
    {
        await _turn.WaitAsync();
        Ask(1);
        Ask(2);
        // What is being written is written first.
        _turn.Release();
        await ShownAsync("/secret-1");
        Assert.Equal(0, _turn.CurrentCount);
        Advance(500);
        await ShownAsync(" s) ");
        Type("n\r");
        await DecisionAsync();
        await ShownAsync("/secret-2");
        Assert.Equal(0, _turn.CurrentCount);
        Advance(500);
        await ShownAsync(" s) ");
        Type("n\r");
        await DecisionAsync();
        await AwaitConditionAsync(() => Task.FromResult(_turn.CurrentCount == 1), Deadline.Long, Deadline.Often);
    }

    [Fact]
    public async Task The_next_question_waits_half_a_second_too()
    {
        await AskedAsync(1);
        Ask(2);
        Advance(500);
        await ShownAsync(" s) ");
        Type("o\ro\ro\r");
        Assert.Equal((1L, PermissionDecision.AllowOnce), await DecisionAsync());
        await ShownAsync("/secret-2");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Advance(500);
        await ShownAsync(" s) ");
        Type("n\r");
        Assert.Equal((2L, PermissionDecision.Deny), await DecisionAsync());
    }

    [Theory]
    [InlineData("o", PermissionDecision.AllowOnce)]
    [InlineData("S", PermissionDecision.AllowForSession)]
    [InlineData("xx\u007f\u007fn", PermissionDecision.Deny)]
    public async Task An_answer_is_a_line_of_one_letter(string line, PermissionDecision decision)
    {
        await AskedAsync(1);
        Advance(500);
        await ShownAsync(" s) ");
        Type("\rp\roo\r");
        await ShownAsync("o, s or n, and Enter: ");
        Type(line);
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Type("\r");
        Assert.Equal((1L, decision), await DecisionAsync());
    }

    // Its name, that it has the focus, F1, an arrow, where the cursor is: a command can make a terminal send these.
    [Theory]
    [InlineData("\u001bP>|foot(1.16.2)\u001b\\")]
    [InlineData("\u001b[O")]
    [InlineData("\u001bOP")]
    [InlineData("\u001bOA")]
    [InlineData("\u001b[12;1R")]
    public async Task What_a_terminal_sends_by_itself_is_no_answer_and_takes_none_along(string sent)
    {
        await AskedAsync(1);
        Advance(500);
        await ShownAsync(" s) ");
        Type(sent);
        Type("o\r");
        await ShownAsync("o, s or n, and Enter: ");
        await ExpectNoMsgAsync(TimeSpan.Zero);
        Type("n\r");
        Assert.Equal((1L, PermissionDecision.Deny), await DecisionAsync());
    }

    private async Task<(long, PermissionDecision)> DecisionAsync()
    {
        var decide = await ExpectMsgAsync<Decide>(Deadline.Long);
        return (decide.Id, decide.Decision);
    }
}
