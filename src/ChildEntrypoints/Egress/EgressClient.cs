using ActorBrowser.Interop;
using ActorBrowser.Transport;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>
/// One connection of a program.
/// <code>
///   Greeting ── the request is read ──► Asking ── granted ──► Relaying ── both directions ended ──► Closed
///      │ wrong, or too slow                │ refused               │ broken, idle                       ▲
///      ├──────────────► Draining ◄─────────┘                       ├────────────────────────────────────┤
///      │                   ▲                                       │ for another host                   │
///      │ for another host  └─────────────── Reporting ◄────────────┘                                    │
///      └───────────────────────────────────────▲ └──── the commands know ───────────────────────────────┤
///                          │ the program has the answer, or is too slow                                 │
///                          └────────────────────────────────────────────────────────────────────────────┘
/// </code>
/// </summary>
internal sealed partial class EgressClient : IEgressSource, IEgressAsker
{
    private const int HttpPort = 80;

    private readonly EgressClients _clients;
    private readonly HeadBuffer _head = new();
    private readonly EgressWatch _program;
    // What a program without a proxy has connected to; null for the proxy.
    private readonly (string Host, int Port)? _direct;
    private EgressWatch? _host;
    private EgressFlow? _up;
    private EgressFlow? _down;
    private State _state = State.Greeting;
    private EgressKind _kind;
    private ProxyRequest? _request;
    private (string Host, int Port) _target;
    private TlsGreeting? _greeting;
    private bool _socksGreeted;
    private ulong _question;
    private byte[]? _answer;

    internal EgressClient(EgressClients clients, SafeDescriptor program, (string Host, int Port)? direct)
    {
        _clients = clients;
        _direct = direct;
        _program = clients.Sources.Add(program, this);
        _program.Interest = Readiness.Readable;
        Touch(clients.Args.RequestTimeout);
        if (direct is { Port: not HttpPort } target)
            Ask(EgressKind.Tcp, target.Host, target.Port, "");
    }

    private enum State
    {
        Greeting,
        Asking,
        Relaying,
        Reporting,
        Draining,
        Closed,
    }

    /// <summary>When it is closed unless something happens, in milliseconds of the system's clock.</summary>
    internal long Deadline { get; private set; }

    public void OnReady(EgressWatch watch, Readiness readiness)
    {
        switch (_state)
        {
            case State.Greeting:
                if (Read() && _state == State.Greeting)
                    Understand();
                break;
            case State.Asking:
                // The rest of the request, or the program's end.
                if (Read() && _head.Length >= ProxyRequest.MostHead)
                    _program.Interest = Readiness.None;
                break;
            case State.Relaying:
                Relay();
                break;
            case State.Draining:
                Drain();
                break;
            default:
                break;
        }
    }

    public void OnConnected(SafeDescriptor? socket)
    {
        if (_state != State.Asking || socket is null)
        {
            socket?.Dispose();
            return;
        }
        _host = _clients.Sources.Add(socket, this);
        _up = new EgressFlow(_clients.Sources, _program, _host);
        _down = new EgressFlow(_clients.Sources, _host, _program);
        _state = State.Relaying;
        switch (_kind)
        {
            case EgressKind.Http:
                _up.Begin(_request!.ToHead(), filtered: false);
                _up.Filter = new RequestBodyFilter(_request.BodyLength);
                break;
            case EgressKind.Connect:
                _down.Begin(HttpAnswers.Established, filtered: false);
                break;
            case EgressKind.Socks:
                _down.Begin(SocksRequest.Answer(SocksRequest.Granted), filtered: false);
                break;
            default:
                break;
        }
        if (_kind != EgressKind.Http)
            _up.Filter = _greeting = new TlsGreeting(_target.Host);
        _up.Begin(_head.Bytes, filtered: true);
        _head.Clear();
        Relay();
    }

    public void OnRefused(in EgressRefused refused)
    {
        if (_state == State.Reporting)
        {
            if (_answer is not null)
                AnswerAndDrain(_answer);
            else
                Close(reset: true);
            return;
        }
        if (_state != State.Asking)
            return;
        switch (_kind)
        {
            case EgressKind.Connect or EgressKind.Http:
                AnswerAndDrain(HttpAnswers.Of(refused));
                break;
            case EgressKind.Socks:
                AnswerAndDrain(SocksRequest.Answer(SocksRequest.CodeOf(refused.Failure)));
                break;
            default:
                Close(reset: true);
                break;
        }
    }

    /// <summary>Its deadline is over.</summary>
    internal void OnOverdue()
    {
        if (_state == State.Greeting && _head.Length > 0 && _kind != EgressKind.Socks && !_socksGreeted)
            AnswerAndDrain(HttpAnswers.TooSlow());
        else
            Close(reset: _state is State.Greeting or State.Relaying or State.Reporting);
    }

    internal void Close(bool reset)
    {
        if (_state == State.Closed)
            return;
        if (_state is State.Asking or State.Reporting)
            _clients.Desk.Abandon(_question);
        _state = State.Closed;
        if (reset)
        {
            _program.Reset();
            _host?.Reset();
        }
        else
        {
            _program.Close();
            _host?.Close();
        }
        _clients.OnClosed(this);
    }

    private void Touch(TimeSpan time) => Deadline = time > TimeSpan.Zero ? Environment.TickCount64 + (long)time.TotalMilliseconds : long.MaxValue;

    // False if the connection is over.
    private bool Read()
    {
        var result = InternetSocket.Receive(_program.Descriptor, _clients.Sources.Scratch);
        switch (result.Status)
        {
            case SocketStatus.Ok:
                _head.Append(_clients.Sources.Scratch.AsSpan(0, result.Bytes));
                return true;
            case SocketStatus.WouldBlock:
                return true;
            case SocketStatus.Closed when result.Errno == 0 && _state == State.Asking && _kind == EgressKind.Tcp:
                // It may have sent all that it has to send.
                _program.Interest = Readiness.None;
                return true;
            default:
                Close(reset: false);
                return false;
        }
    }

    private void Ask(EgressKind kind, string host, int port, string method)
    {
        _kind = kind;
        _target = (host.TrimEnd('.'), port);
        _state = State.Asking;
        // The parent has deadlines of its own, or somebody is asked.
        Touch(TimeSpan.Zero);
        _question = _clients.Desk.Ask(new EgressConnect(kind, host, port, method), this);
    }

    // The program waits, and then gets an answer, or a reset.
    private void Report(in EgressMisuse misuse, byte[]? answer)
    {
        (_state, _answer) = (State.Reporting, answer);
        _program.Interest = Readiness.None;
        if (_host is not null)
            _host.Interest = Readiness.None;
        Touch(_clients.Args.RequestTimeout);
        _question = _clients.Desk.Report(misuse, this);
    }

    private void Relay()
    {
        _up!.Pump();
        _down!.Pump();
        if (_up.IsRefused)
        {
            if (_greeting is not null)
                Report(new EgressMisuse(_target.Host, _target.Port, _greeting.Other), null);
            else
                Close(reset: true);
            return;
        }
        if (_up.State == FlowState.Broken || _down.State == FlowState.Broken)
        {
            Close(reset: true);
            return;
        }
        // Of a plain HTTP request, the response's end is the connection's.
        if (_down.State == FlowState.Ended && (_up.State == FlowState.Ended || _kind == EgressKind.Http))
        {
            Close(reset: false);
            return;
        }
        Touch(_clients.Args.IdleTimeout);
        _program.Interest = (_up.WantsToRead ? Readiness.Readable : 0) | (_down.WantsToWrite ? Readiness.Writable : 0);
        _host!.Interest = (_down.WantsToRead ? Readiness.Readable : 0) | (_up.WantsToWrite ? Readiness.Writable : 0);
    }

    // A socket that is closed with bytes unread resets the connection, and the program could lose the answer.
    private void AnswerAndDrain(byte[] answer)
    {
        var result = InternetSocket.Send(_program.Descriptor, answer);
        if (result.Status != SocketStatus.Ok)
        {
            Close(reset: false);
            return;
        }
        InternetSocket.EndSending(_program.Descriptor);
        _state = State.Draining;
        _head.Clear();
        Touch(EgressClients.DrainTime);
        _program.Interest = Readiness.Readable;
    }

    private void Drain()
    {
        if (InternetSocket.Receive(_program.Descriptor, _clients.Sources.Scratch).Status is SocketStatus.Closed or SocketStatus.Failed)
            Close(reset: false);
    }
}
