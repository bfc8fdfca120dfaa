using System.Globalization;
using System.Text;
using ActorBrowser.Interop;
using Akka.Actor;
using static ActorBrowser.PermissionProtocol;

namespace ActorBrowser.Cli;

/// <summary>
/// Asks the person at the terminal what a command may do: one question at a time. The terminal is in key mode only while a question is
/// shown. Keys count from half a second after the question has appeared, when the line with the keys appears: who was typing something
/// else has then seen it. An answer is a line of one letter: a terminal also sends what nobody has typed, such as its name or that it has the
/// focus, and a command can ask it to. While a question is shown, nothing of the command is written to a terminal, which could cover it.
/// </summary>
/// <param name="terminal">The controlling terminal.</param>
/// <param name="browser">Gets the decisions.</param>
/// <param name="typed">What is typed for the command, paused while a question is shown; null for none.</param>
/// <param name="turn">Held while a question is shown, and by what writes the command's output to a terminal; null for none.</param>
internal sealed class AskPrompt(SafeDescriptor terminal, IActorRef browser, TypedInput? typed, SemaphoreSlim? turn) : UntypedActor, IReadinessHandler
{
    private const int MostLine = 200;

    private static readonly TimeSpan ReadingTime = TimeSpan.FromMilliseconds(500);

    private readonly IActorRef _self = Context.Self;
    private readonly Queue<PermissionRequested> _waiting = new();
    private PermissionRequested? _shown;
    private IDisposable? _keys;
    private IReactorRegistration? _registration;
    private bool _takesKeys;
    private bool _awaitsTurn;
    private readonly StringBuilder _line = new();

    private ActorTimers Timers { get; } = new(Context);

    protected override bool AroundReceive(Receive receive, object message) => !Timers.Admits(ref message) || base.AroundReceive(receive, message);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(PermissionRequested));
        Context.System.EventStream.Subscribe(Self, typeof(Decided));
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        Timers.CancelAll();
        Hide();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PermissionRequested requested:
                _waiting.Enqueue(requested);
                ShowNext();
                break;
            case Read when _shown is { } shown:
                _takesKeys = true;
                Write(KeysOf(shown));
                break;
            case Turn:
                _awaitsTurn = false;
                ShowNow();
                break;
            case Key key when _shown is { } shown && _takesKeys:
                OnKey((char)key.Value, shown);
                break;
            case Decided decided when _shown?.Id == decided.Id:
                // Nobody pressed a key: the deadline, or the command's end.
                Write($"denied: {VisibleText.Line(decided.Sentence)}\n");
                Hide();
                ShowNext();
                break;
            case Decided decided when _waiting.Any(requested => requested.Id == decided.Id):
                var left = _waiting.Where(requested => requested.Id != decided.Id).ToArray();
                _waiting.Clear();
                Array.ForEach(left, _waiting.Enqueue);
                break;
            default:
                break;
        }
    }

    public void OnReady(Readiness readiness)
    {
        Span<byte> key = stackalloc byte[1];
        var read = UnixPipe.Read(terminal, key);
        if (read.Status == SocketStatus.Ok && read.Bytes == 1)
            _self.Tell(new Key(key[0]), ActorRefs.NoSender);
        else if (read.Status != SocketStatus.WouldBlock)
            _registration?.Dispose();
    }

    private void OnKey(char key, PermissionRequested shown)
    {
        const char backspace = '\b', delete = '\u007f';
        if (key is '\r' or '\n')
        {
            var line = _line.ToString();
            _line.Clear();
            if (line is [var letter] && DecisionOf(letter) is { } decision)
                Decide(decision, shown);
            else if (line.Length > 0)
                Write("\n  o, s or n, and Enter: ");
        }
        else if (key is backspace or delete)
        {
            if (_line.Length == 0)
                return;
            _line.Length--;
            Write("\b \b");
        }
        else if (_line.Length < MostLine)
        {
            _line.Append(key);
            if (key is >= ' ' and < delete)
                Write(key.ToString());
        }
    }

    private void Decide(PermissionDecision decision, PermissionRequested shown)
    {
        browser.Tell(new Decide(shown.Id, decision, decision == PermissionDecision.Deny ? "The person at the terminal said no." : null, $"{Environment.UserName} at the terminal"));
        Write($" {WordOf(decision)}\n");
        Hide();
        ShowNext();
    }

    private void ShowNext()
    {
        if (_shown is not null || _awaitsTurn || _waiting.Count == 0)
            return;
        if (turn is null)
        {
            ShowNow();
            return;
        }
        _awaitsTurn = true;
        turn.WaitAsync().PipeTo(_self, ActorRefs.NoSender, static () => Turn.Instance);
    }

    private void ShowNow()
    {
        while (_shown is null && _waiting.TryDequeue(out var next))
        {
            // In the background it could not read, and would be stopped when it changed the terminal.
            if (!LocalTerminal.IsInForeground(terminal.Value))
            {
                browser.Tell(new Decide(next.Id, PermissionDecision.Deny, "exec --ask runs in the background, where nobody can answer.", "exec"));
                continue;
            }
            _shown = next;
            if (typed is not null)
                typed.IsPaused = true;
            _keys = LocalTerminal.EnterKeyMode(terminal);
            _registration = Reactor.Shared.Register(terminal, Readiness.Readable, this);
            Timers.StartSingleTimer(Read.Instance, Read.Instance, ReadingTime);
            Write(TextOf(next));
        }
        if (_shown is null)
            turn?.Release();
    }

    private void Hide()
    {
        if (_shown is not null)
            turn?.Release();
        _registration?.Dispose();
        _keys?.Dispose();
        Timers.Cancel(Read.Instance);
        (_registration, _keys, _shown, _takesKeys) = (null, null, null, false);
        _line.Clear();
        if (typed is not null)
            typed.IsPaused = false;
    }

    private static string TextOf(PermissionRequested requested)
    {
        var what = requested switch
        {
            FileRequested { Access: FilePermission.Read } file => $"read {file.Path}",
            FileRequested { Access: FilePermission.Write } file => $"write {file.Path}",
            FileRequested file => $"read and write {file.Path}",
            EgressRequested { Protocol: EgressProtocol.Name } name => $"look up the name {name.Host}",
            EgressRequested egress => string.Create(CultureInfo.InvariantCulture, $"connect to {egress.Host}, port {egress.Port}"),
            _ => "do what this version does not know",
        };
        return $"\nactorbrowser: {VisibleText.Line(VisibleText.Shorten(requested.Command, 200))}\n  wants to {VisibleText.Line(what)}\n  {VisibleText.Line(requested.Why)}\n";
    }

    private string KeysOf(PermissionRequested requested)
    {
        var seconds = Math.Max(0, (requested.Deadline - Timers.Time.GetUtcNow()).TotalSeconds);
        return string.Create(CultureInfo.InvariantCulture, $"  allow [o]nce, for this [s]ession, or [n]o? The letter, and Enter ({seconds:0} s) ");
    }

    private static PermissionDecision? DecisionOf(char key) => (char)(key | 0x20) switch
    {
        'o' => PermissionDecision.AllowOnce,
        's' => PermissionDecision.AllowForSession,
        'n' => PermissionDecision.Deny,
        _ => null,
    };

    private static string WordOf(PermissionDecision decision) => decision switch
    {
        PermissionDecision.AllowOnce => "once",
        PermissionDecision.AllowForSession => "session",
        _ => "no",
    };

    // A terminal that takes nothing more shows no question, which its deadline then denies.
    private void Write(string text) => UnixPipe.Write(terminal, Encoding.UTF8.GetBytes(text));

    // The turn is this actor's.
    private sealed class Turn
    {
        internal static readonly Turn Instance = new();
    }

    /// <summary>A key was typed.</summary>
    internal sealed record Key(byte Value);

    // The question can have been read.
    private sealed class Read
    {
        internal static readonly Read Instance = new();
    }
}
