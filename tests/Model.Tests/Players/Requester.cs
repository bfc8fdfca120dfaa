using Akka.Actor;
using static ActorBrowser.FetchProtocol;

namespace ActorBrowser.ModelTests.Players;

/// <summary>The events of one fetch, checked as they arrive.</summary>
internal sealed class FetchRecord(World world, string token, Fetch fetch)
{
    private readonly MemoryStream _body = new();
    private bool _finished;

    internal string Token { get; } = token;

    internal Fetch Fetch { get; } = fetch;

    /// <summary>Cancels it; null if the request has no token.</summary>
    internal CancellationTokenSource? Source { get; init; }

    /// <summary>The actor that requested it; null if it was requested by an Ask.</summary>
    internal IActorRef? Requester { get; set; }

    /// <summary>The Ask's task; null if an actor requested it.</summary>
    internal Task<IEvent>? Asked { get; set; }

    internal ulong? Id { get; private set; }

    internal IEvent? End { get; private set; }

    /// <summary>Whether its requester or the browser was stopped, so that there may be no end.</summary>
    internal bool IsExcused { get; set; }

    internal bool IsOver => End is not null || IsExcused || Asked is { IsCompleted: true };

    internal void On(IEvent happened)
    {
        if (End is not null)
        {
            world.Fail($"{Token}: {happened.GetType().Name} came after its end {End.GetType().Name}");
            return;
        }
        if (Id is { } known && happened.Id != known)
            world.Fail($"{Token}: {happened.GetType().Name} is of fetch {happened.Id}, not {known}");
        Id = happened.Id;
        switch (happened)
        {
            case FetchStarted:
                break;
            case FetchHeadersArrived headers:
                Check(headers.Headers.FinalUrl, headers.ChildProcessId);
                break;
            case FetchChunk chunk:
                if (chunk.Offset != _body.Length)
                    world.Fail($"{Token}: a piece came for {chunk.Offset}; {_body.Length} was next");
                _body.Write(chunk.Data.Span);
                break;
            case FetchResponse response:
                End = happened;
                Check(response.Headers.FinalUrl, response.ChildProcessId);
                CheckBody(response.Body.Span);
                break;
            case FetchCompleted:
                End = happened;
                CheckBody(_body.ToArray());
                break;
            case FetchFailed failed:
                End = happened;
                if (failed.Message.Contains(Bodies.Lie, StringComparison.Ordinal))
                    world.Fail($"{Token}: failed by an answer that is another's");
                break;
            default:
                world.Fail($"{Token}: got a {happened.GetType().Name}");
                break;
        }
    }

    /// <summary>Checks the result of an Ask's task, once.</summary>
    internal void Finish()
    {
        if (_finished || Asked is not { IsCompleted: true })
            return;
        _finished = true;
        if (Asked is { IsCompletedSuccessfully: true })
            On(Asked.Result);
        else if (Asked.Exception!.InnerException is BrowserStoppedException && world.IsStopping)
            IsExcused = true;
        else
            world.Fail($"{Token}: {Asked.Exception.InnerException}");
    }

    private void Check(string url, int processId)
    {
        if (!url.EndsWith("/" + Token, StringComparison.Ordinal))
            world.Fail($"{Token}: got the answer to {url}");
        if (!world.WasAsked(Token, processId))
            world.Fail($"{Token}: the answer is said to be process {processId}'s, which was not asked for it");
    }

    private void CheckBody(ReadOnlySpan<byte> body)
    {
        if (!body.SequenceEqual(Bodies.Of(Token)))
            world.Fail($"{Token}: the body is not the one that was asked for ({body.Length} bytes, {Bodies.Of(Token).Length} expected)");
    }
}

/// <summary>An actor that requests one fetch and receives all its events.</summary>
internal sealed class Requester(IActorRef browser, FetchRecord record, bool grantsLate) : UntypedActor
{
    private long _ungranted;

    internal sealed record CancelNow;

    internal sealed record GrantNow;

    protected override void PreStart()
    {
        Context.Watch(browser);
        browser.Tell(record.Fetch);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case FetchChunk chunk:
                record.On(chunk);
                _ungranted += chunk.Data.Length;
                if (grantsLate)
                    Self.Tell(new GrantNow());
                else
                    Grant(chunk.Id);
                break;
            case IEvent happened:
                record.On(happened);
                break;
            case GrantNow when record.Id is { } id:
                Grant(id);
                break;
            case CancelNow:
                if (record.Id is { } started)
                    browser.Tell(new CancelFetch(started));
                break;
            case Terminated:
                record.IsExcused = true;
                break;
            default:
                throw new InvalidOperationException($"{record.Token}: got {message}");
        }
    }

    private void Grant(ulong id)
    {
        if (_ungranted > 0 && record.End is null)
            browser.Tell(new GrantCredit(id, _ungranted));
        _ungranted = 0;
    }
}
