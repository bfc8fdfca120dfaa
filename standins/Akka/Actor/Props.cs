using System;
using System.Linq;
using System.Linq.Expressions;
using System.Reflection;

namespace Akka.Actor;

/// <summary>Makes actors some other way than by their constructor.</summary>
public interface IIndirectActorProducer
{
    Type ActorType { get; }

    ActorBase Produce();

    void Release(ActorBase actor);
}

public class Deploy
{
    public static readonly string NoDispatcherGiven = string.Empty;
    public static readonly string NoMailboxGiven = string.Empty;

    // After the two above, whose values it takes.
    public static readonly Deploy Local = new();

    public string Dispatcher { get; init; } = NoDispatcherGiven;

    public string Mailbox { get; init; } = NoMailboxGiven;

    public int StashCapacity { get; init; } = -1;
}

/// <summary>How to make an actor, again and again.</summary>
public class Props
{
    private readonly Func<ActorBase> _factory;
    private readonly object[] _arguments;

    private Props(Type type, Func<ActorBase> factory, object[] arguments, Deploy deploy, SupervisorStrategy strategy)
    {
        Type = type;
        _factory = factory;
        _arguments = arguments;
        Deploy = deploy;
        SupervisorStrategy = strategy;
    }

    public static Props Empty { get; } = Create<EmptyActor>();

    public static Props None => null;

    public Type Type { get; }

    public Deploy Deploy { get; }

    public SupervisorStrategy SupervisorStrategy { get; }

    public object[] Arguments => _arguments;

    public string Dispatcher => Deploy.Dispatcher == Deploy.NoDispatcherGiven ? Akka.Dispatch.Dispatchers.DefaultDispatcherId : Deploy.Dispatcher;

    public string TypeName => Type.AssemblyQualifiedName;

    public static Props Create<TActor>(params object[] args) where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create(Type type, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!typeof(ActorBase).IsAssignableFrom(type))
            throw new ArgumentException($"Type {type} is not an actor.", nameof(type));
        return new Props(type, null, args ?? [], Deploy.Local, null);
    }

    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null) where TActor : ActorBase
    {
        if (factory.Body is NewExpression create)
        {
            // As the real one: a constructor call is taken apart once, and its arguments are evaluated now.
            var arguments = create.Arguments.Select(a => Expression.Lambda(a).Compile(preferInterpretation: true).DynamicInvoke()).ToArray();
            return new Props(typeof(TActor), null, arguments, Deploy.Local, supervisorStrategy);
        }
        throw new ArgumentException("The create function must be a 'new T (args)' expression");
    }

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy) where TActor : ActorBase, new() =>
        new(typeof(TActor), static () => new TActor(), [], Deploy.Local, supervisorStrategy);

    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) =>
        new(producer.ActorType, producer.Produce, args, Deploy.Local, null);

    public Props WithDispatcher(string dispatcher) => With(new Deploy { Dispatcher = dispatcher, Mailbox = Deploy.Mailbox, StashCapacity = Deploy.StashCapacity });

    public Props WithMailbox(string mailbox) => With(new Deploy { Dispatcher = Deploy.Dispatcher, Mailbox = mailbox, StashCapacity = Deploy.StashCapacity });

    public Props WithStashCapacity(int stashCapacity) => With(new Deploy { Dispatcher = Deploy.Dispatcher, Mailbox = Deploy.Mailbox, StashCapacity = stashCapacity });

    public Props WithDeploy(Deploy deploy) => With(deploy);

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(Type, _factory, _arguments, Deploy, supervisorStrategy);

    internal ActorBase NewActor()
    {
        if (_factory is not null)
            return _factory();
        try
        {
            return (ActorBase)Activator.CreateInstance(
                Type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.CreateInstance, null, _arguments, null);
        }
        catch (TargetInvocationException e) when (e.InnerException is not null)
        {
            throw new TypeLoadException($"Error while creating actor instance of type {Type} with {_arguments.Length} args: ({string.Join(",", _arguments)})", e.InnerException);
        }
        catch (MissingMethodException e)
        {
            throw new TypeLoadException($"Error while creating actor instance of type {Type} with {_arguments.Length} args: ({string.Join(",", _arguments)})", e);
        }
    }

    private Props With(Deploy deploy) => new(Type, _factory, _arguments, deploy, SupervisorStrategy);

    private sealed class EmptyActor : UntypedActor
    {
        protected override void OnReceive(object message) => Unhandled(message);
    }
}
