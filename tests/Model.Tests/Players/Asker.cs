using Akka.Actor;

namespace ActorBrowser.ModelTests.Players;

/// <summary>A question that must have exactly one answer, whichever actor fails.</summary>
/// <param name="world">The run.</param>
/// <param name="name">The question's name.</param>
/// <param name="problem">Returns what is wrong with an answer; null for nothing.</param>
internal sealed class Question(World world, string name, Func<object, string?> problem)
{
    private bool _finished;

    internal string Name { get; } = name;

    internal object? Answer { get; private set; }

    internal bool IsExcused { get; set; }

    internal Task<object>? Asked { get; set; }

    internal IActorRef? Asker { get; set; }

    internal CancellationTokenSource? Source { get; init; }

    internal bool IsOver => Answer is not null || IsExcused || Asked is { IsCompleted: true };

    internal void On(object answer)
    {
        if (Answer is not null)
            world.Fail($"{Name}: {answer} came after {Answer}");
        Answer = answer;
        if (problem(answer) is { } wrong)
            world.Fail($"{Name}: {wrong}");
    }

    /// <summary>Checks the result of a question's task, once.</summary>
    internal void Finish()
    {
        if (_finished || Asked is not { IsCompleted: true })
            return;
        _finished = true;
        if (Asked is { IsCompletedSuccessfully: true })
            On(Asked.Result);
        else if (Asked is { IsFaulted: true })
            On(new Status.Failure(Asked.Exception!.InnerException!));
    }
}

/// <summary>An actor that asks one question, and stays to detect a second answer.</summary>
internal sealed class Asker(IActorRef target, object message, Question question) : UntypedActor
{
    protected override void PreStart()
    {
        Context.Watch(target);
        target.Tell(message);
    }

    protected override void OnReceive(object answer)
    {
        if (answer is Terminated)
            question.IsExcused = true;
        else
            question.On(answer);
    }
}
