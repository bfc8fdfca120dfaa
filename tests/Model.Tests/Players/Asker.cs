using Akka.Actor;

namespace ActorBrowser.ModelTests.Players;

/// <summary>A question that has exactly one answer, whoever fails.</summary>
/// <param name="world">The run.</param>
/// <param name="name">Of the question.</param>
/// <param name="problem">What is wrong with an answer; null for nothing.</param>
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

    /// <summary>Looks at what a question's task has become; once.</summary>
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

/// <summary>An actor that asks one question, and stays to see a second answer.</summary>
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
