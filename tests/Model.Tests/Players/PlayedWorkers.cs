using System.Text;
using ActorBrowser.Transport;

namespace ActorBrowser.ModelTests.Players;

/// <summary>An image decoder that answers every image with a failure that repeats its bytes.</summary>
internal sealed class PlayedDecoder(World world, string role, int number, InMemoryChannel channel) : PlayedChild(world, role, number, channel)
{
    private string? _work;

    internal override string? Unfinished => _work;

    protected override void OnWork(in Frame frame)
    {
        var id = frame.CorrelationId;
        if (frame.Type == MessageType.CancelWork)
        {
            _work = null;
            return;
        }
        if (frame.TryRead<DecodeImage>(out var image) is { } wrong)
        {
            World.Fail($"{Name}: {frame.Type}: {wrong.Message}");
            return;
        }
        var token = Encoding.UTF8.GetString(image.Data.Span);
        Open(id, token);
        World.Asked(token, this, id);
        if (_work is not null)
            World.Fail($"{Name}: {token} came while {_work} was under way");
        _work = token;
        Do($"answers {token}", () =>
        {
            if (!World.IsCalm && Schedule.Chance(5))
            {
                Send(id, new DecodeFailed(DecodeFailure.TimedOut, token));
                Do("ends itself", () => Die(70, null));
                return;
            }
            if (World.IsHostile && Schedule.Chance(10))
                Send(id + 1, new DecodeFailed(DecodeFailure.Malformed, Bodies.Lie));
            if (_work == token)
                _work = null;
            Send(id, new DecodeFailed(DecodeFailure.Malformed, token));
            if (World.IsHostile && Schedule.Chance(10))
                Send(id, new DecodeFailed(DecodeFailure.Malformed, Bodies.Lie));
        });
    }
}

/// <summary>A renderer: a page's title is the last part of its URL, and all questions about a page have the same answer.</summary>
internal sealed class PlayedRenderer(World world, string role, int number, InMemoryChannel channel) : PlayedChild(world, role, number, channel)
{
    private readonly HashSet<ulong> _work = [];
    private string _page = "";
    private int _questions;

    internal override string? Unfinished => _work.Count == 0 ? null : _page;

    protected override void OnWork(in Frame frame)
    {
        var id = frame.CorrelationId;
        switch (frame.Type)
        {
            case MessageType.LoadDocument:
                frame.TryRead<LoadDocument>(out var load);
                var token = load.Url[(load.Url.LastIndexOf('/') + 1)..];
                Open(id, token);
                if (!load.Data.Span.SequenceEqual(Bodies.Of(token)))
                    World.Fail($"{Name}: the page of {load.Url} is another one");
                _page = token;
                Answer(id, () => Send(id, new DocumentLoaded(token, "", "", "utf-8", "default", default, 1, "html", "")));
                break;
            case MessageType.QueryDocument:
                Open(id, "a query");
                var page = _page;
                Answer(id, () => Send(id, new QueryAnswer(1, [new QueryItem("", page, "", 0)])));
                break;
            case MessageType.CancelWork:
                _work.Remove(id);
                break;
            default:
                World.Fail($"{Name}: a {frame.Type} came");
                break;
        }
    }

    private void Answer(ulong id, Action answer)
    {
        _work.Add(id);
        if (!World.IsCalm && Schedule.Chance(4))
            return;
        Do($"answers question {++_questions}", () =>
        {
            if (_work.Remove(id))
                answer();
        });
    }
}
