using System;

namespace Akka.Actor;

/// <summary>Makes actors in its own way.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    /// <summary>Told when an actor it made is not used any more.</summary>
    void Release(ActorBase actor);
}

public partial class Props
{
    internal class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }

    private sealed class DefaultProducer : IIndirectActorProducer
    {
        public static readonly DefaultProducer Instance = new();

        public Type ActorType => typeof(ActorBase);

        public ActorBase Produce() => throw new InvalidOperationException("No actor producer specified!");

        public void Release(ActorBase actor)
        {
        }
    }

    private sealed class ActivatorProducer(Type actorType, object[] args) : IIndirectActorProducer
    {
        public Type ActorType { get; } = actorType;

        public ActorBase Produce() => (ActorBase)Activator.CreateInstance(ActorType, args);

        public void Release(ActorBase actor)
        {
        }
    }
}

/// <summary>The props of an actor that has stopped.</summary>
public class TerminatedProps : Props
{
    public override ActorBase NewActor() => throw new InvalidOperationException("This actor has been terminated");
}

/// <summary>Props that run a delegate for each actor.</summary>
internal class DynamicProps<TActor> : Props
    where TActor : ActorBase
{
    private readonly Func<TActor> _invoker;

    public DynamicProps(Func<TActor> invoker)
        : base(typeof(TActor)) => _invoker = invoker;

    private DynamicProps(Props copy, Func<TActor> invoker)
        : base(copy) => _invoker = invoker;

    public override ActorBase NewActor() => _invoker();

    protected override Props Copy() => new DynamicProps<TActor>(base.Copy(), _invoker);
}
