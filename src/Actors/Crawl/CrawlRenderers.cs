using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>
/// The renderers of a crawl: each parses the documents of one origin, one after another, and is lent to the crawl as long as there are some.
/// The next document is on its way while one is parsed. A lost renderer costs the document that it was parsing; those behind it go to
/// another one.
/// </summary>
/// <param name="pool">Lends renderers.</param>
/// <param name="settings">The limits of crawls.</param>
/// <param name="tabs">The limits of a document.</param>
/// <param name="time">The actor system's time.</param>
/// <param name="onDone">Takes a document that was parsed, or has failed.</param>
internal sealed class CrawlRenderers(IActorRef pool, CrawlSettings settings, TabSettings tabs, TimeProvider time, Action<CrawlParse> onDone)
{
    private const int Ahead = 2;

    private readonly LinkedList<CrawlParse> _waiting = new();
    private readonly List<Renderer> _renderers = [];
    private readonly Dictionary<ulong, (Renderer Renderer, CrawlParse Parse, Question Kind)> _questions = [];

    private enum Question
    {
        Load,
        Follow,
        Markdown,
    }

    /// <summary>How many renderers were lost.</summary>
    internal int Lost { get; private set; }

    /// <summary>Whether a document is being parsed.</summary>
    internal bool IsBusy => _renderers.Exists(static renderer => renderer.UnderWay.Count > 0);

    internal void Add(CrawlParse parse)
    {
        _waiting.AddLast(parse);
        Serve();
    }

    internal void OnLeased(WorkerPool.Leased leased)
    {
        if (_renderers.Find(renderer => renderer.Lease == leased.Lease) is not { } found)
        {
            pool.Tell(new WorkerPool.Return(leased.Lease, leased.Router.Child, Reusable: true));
            return;
        }
        found.Router = leased.Router;
        Serve();
    }

    internal void OnRefused(WorkerPool.Refused refused)
    {
        if (_renderers.Find(renderer => renderer.Lease == refused.Lease) is not { } found)
            return;
        _renderers.Remove(found);
        // Those that another renderer of the origin can parse wait for it.
        if (_renderers.Exists(renderer => renderer.Site == found.Site))
            return;
        foreach (var parse in _waiting.Where(parse => parse.Site == found.Site).ToArray())
        {
            _waiting.Remove(parse);
            parse.Fail(refused.Message);
            onDone(parse);
        }
    }

    internal void OnLost(WorkerPool.WorkerLost lost)
    {
        if (_renderers.Find(renderer => renderer.Lease == lost.Lease) is not { } found)
            return;
        _renderers.Remove(found);
        Lost++;
        foreach (var id in _questions.Where(pair => pair.Value.Renderer == found).Select(static pair => pair.Key).ToArray())
            _questions.Remove(id);
        var victim = found.UnderWay.First?.Value;
        if (victim is not null)
            found.UnderWay.RemoveFirst();
        for (var last = found.UnderWay.Last; last is not null; last = last.Previous)
            _waiting.AddFirst(last.Value.Again());
        if (victim is not null)
        {
            victim.Fail($"The page's renderer is gone: {lost.Message}");
            onDone(victim);
        }
        Serve();
    }

    internal void OnBatch(RoleTraffic.WorkBatch batch, IActorRef sender)
    {
        foreach (var frame in batch.Frames)
            OnFrame(frame, sender);
        Serve();
    }

    /// <summary>Kills the renderers that have not answered for too long.</summary>
    internal void KillSilent()
    {
        foreach (var renderer in _renderers)
        {
            if (renderer.UnderWay.First is { Value: var oldest } && time.GetElapsedTime(oldest.Since) > tabs.HangBudget)
                renderer.Router!.Child.Tell(ChildProcessProtocol.Kill.Instance);
        }
    }

    /// <summary>Gives up everything, and returns the renderers.</summary>
    internal void Close()
    {
        _waiting.Clear();
        _questions.Clear();
        foreach (var renderer in _renderers.ToArray())
            LetGo(renderer, reusable: renderer.UnderWay.Count == 0);
    }

    private void OnFrame(ChildFrames.UserFrame frame, IActorRef sender)
    {
        // An answer counts only from the renderer that was asked: another one, taken over by its page, could guess the id.
        if (frame is ChildFrames.Wanted || !_questions.TryGetValue(frame.Id, out var asked) || asked.Renderer.Router is not { } router || !sender.Equals(router.Child))
            return;
        _questions.Remove(frame.Id);
        var next = Take(frame, asked.Parse, asked.Kind);
        if (frame is not (ChildFrames.Document or ChildFrames.Answer or ChildFrames.NoDocument or ChildFrames.TooLarge))
            sender.Tell(new ChildProcessActor.ReportViolation(new ProtocolViolation(ViolationKind.OutOfState, $"A renderer may not send a {frame.GetType().Name}.")));
        asked.Parse.Since = time.GetTimestamp();
        if (next is { } question)
            Ask(asked.Renderer, asked.Parse, question, asked.Kind);
        else if (--asked.Parse.Missing == 0)
            Finish(asked.Renderer, asked.Parse);
        router.Flush();
    }

    private static QueryDocument? Take(ChildFrames.UserFrame frame, CrawlParse parse, Question kind)
    {
        switch (frame)
        {
            case ChildFrames.Document document when kind == Question.Load:
                parse.OnDocument(document.Value);
                return null;
            case ChildFrames.Answer answer when kind == Question.Follow:
                return parse.OnFollow(answer.Value);
            case ChildFrames.Answer answer when kind == Question.Markdown:
                return parse.OnMarkdown(answer.Value);
            case ChildFrames.NoDocument failed:
                parse.Fail(failed.Value.Message);
                return null;
            default:
                parse.Fail($"The renderer answered with a {frame.GetType().Name}, which is no answer.");
                return null;
        }
    }

    private void Finish(Renderer renderer, CrawlParse parse)
    {
        renderer.UnderWay.Remove(parse);
        // The next one has been parsed from now on.
        if (renderer.UnderWay.First is { } next)
            next.Value.Since = time.GetTimestamp();
        if (renderer.UnderWay.Count == 0 && renderer.Pages >= settings.PagesPerRenderer)
            LetGo(renderer, reusable: false);
        onDone(parse);
    }

    private void Serve()
    {
        for (var node = _waiting.First; node is not null;)
        {
            var next = node.Next;
            if (_renderers.Find(renderer => renderer.Takes(node.Value, settings.PagesPerRenderer)) is { } found)
            {
                _waiting.Remove(node);
                Give(found, node.Value);
            }
            node = next;
        }
        foreach (var site in _waiting.Select(static parse => parse.Site).Distinct().ToArray())
            Want(site);
    }

    // At the limit, an idle renderer of an origin without documents makes room.
    private void Want(string site)
    {
        var have = _renderers.Where(renderer => renderer.Site == site).ToArray();
        if (have.Length >= settings.RenderersPerSite || Array.Exists(have, static renderer => renderer.Router is null))
            return;
        if (_renderers.Count >= settings.Renderers)
        {
            if (_renderers.Find(renderer => renderer.Router is not null && renderer.UnderWay.Count == 0 && !_waiting.Any(parse => parse.Site == renderer.Site)) is not { } idle)
                return;
            LetGo(idle, reusable: true);
        }
        var renderer = new Renderer(site);
        _renderers.Add(renderer);
        pool.Tell(new WorkerPool.Acquire(renderer.Lease, site));
    }

    private void Give(Renderer renderer, CrawlParse parse)
    {
        parse.Since = time.GetTimestamp();
        renderer.UnderWay.AddLast(parse);
        renderer.Pages++;
        parse.Missing = parse.Markdown is null ? 2 : 3;
        var id = WorkIds.Next();
        _questions.Add(id, (renderer, parse, Question.Load));
        // The questions follow at once: the renderer answers them in order.
        Payload.Send(renderer.Router!, id, parse.Body, tabs.ShareAbove, inline => new LoadDocument(parse.Url, parse.ContentType, parse.Body.Length, inline, tabs.Document));
        Ask(renderer, parse, parse.Follow(), Question.Follow);
        if (parse.Markdown is not null)
            Ask(renderer, parse, CrawlParse.MarkdownFrom(0), Question.Markdown);
        renderer.Router!.Flush();
    }

    private void Ask(Renderer renderer, CrawlParse parse, in QueryDocument question, Question kind)
    {
        var id = WorkIds.Next();
        _questions.Add(id, (renderer, parse, kind));
        renderer.Router!.Send(id, question, opens: true);
    }

    private void LetGo(Renderer renderer, bool reusable)
    {
        _renderers.Remove(renderer);
        if (renderer.Router is null)
            pool.Tell(new WorkerPool.GiveUp(renderer.Lease));
        else
            pool.Tell(new WorkerPool.Return(renderer.Lease, renderer.Router.Child, reusable));
    }

    private sealed class Renderer(string site)
    {
        internal object Lease { get; } = new();

        internal string Site => site;

        /// <summary>Null until the pool lends one.</summary>
        internal ChildRouter? Router { get; set; }

        /// <summary>How many documents it was given.</summary>
        internal int Pages { get; set; }

        /// <summary>The documents that it has, the one that it parses first.</summary>
        internal LinkedList<CrawlParse> UnderWay { get; } = new();

        internal bool Takes(CrawlParse parse, int mostPages) => Router is not null && parse.Site == site && Pages < mostPages
            && (UnderWay.Count == 0 || (UnderWay.Count < Ahead && !parse.IsAlone && !UnderWay.Last!.Value.IsAlone));
    }
}
