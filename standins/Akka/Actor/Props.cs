using System;
using System.Collections.Generic;
using System.Linq;
using System.Linq.Expressions;
using Akka.Dispatch;
using Akka.Routing;
using Akka.Util;

namespace Akka.Actor;

/// <summary>How to make an actor, and where it shall run.</summary>
public partial class Props : IEquatable<Props>, ISurrogated
{
    public static readonly Props None = null;

    private const string NullTypeText = "Props must be instantiated with an actor type.";
    private static readonly Deploy DefaultDeploy = new();
    private static readonly object[] NoArgs = [];

    private readonly IIndirectActorProducer _producer;
    private Type _inputType;

    public Props(Type type)
        : this(Given(type), NoArgs)
    {
    }

    public Props(Type type, object[] args)
        : this(DefaultDeploy, Given(type), args)
    {
    }

    public Props(Type type, SupervisorStrategy supervisorStrategy, IEnumerable<object> args)
        : this(type, supervisorStrategy, args.ToArray())
    {
    }

    public Props(Type type, SupervisorStrategy supervisorStrategy, params object[] args)
        : this(DefaultDeploy, Given(type), args) => SupervisorStrategy = supervisorStrategy;

    public Props(Deploy deploy, Type type, IEnumerable<object> args)
        : this(deploy, Given(type), args.ToArray())
    {
    }

    public Props(Deploy deploy, Type type, params object[] args)
        : this(ProducerOf(type, args), deploy, args)
    {
    }

    internal Props(IIndirectActorProducer producer, Deploy deploy, params object[] args)
    {
        _producer = producer;
        _inputType = producer.ActorType;
        Deploy = deploy;
        Arguments = args ?? NoArgs;
    }

    protected Props()
        : this(DefaultDeploy, null, NoArgs)
    {
    }

    protected Props(Props copy)
        : this(copy._producer, copy.Deploy, copy.Arguments) => SupervisorStrategy = copy.SupervisorStrategy;

    public static Props Empty { get; } = Create<EmptyActor>();

    public Type Type => _producer.ActorType;

    public string TypeName
    {
        get => _inputType.AssemblyQualifiedName;
        private set => _inputType = Type.GetType(value);
    }

    public string Dispatcher => Deploy.Dispatcher == Deploy.NoDispatcherGiven ? Dispatchers.DefaultDispatcherId : Deploy.Dispatcher;

    public string Mailbox => Deploy.Mailbox;

    public RouterConfig RouterConfig => Deploy.RouterConfig;

    public Deploy Deploy { get; protected set; }

    public SupervisorStrategy SupervisorStrategy { get; protected set; }

    public object[] Arguments { get; }

    /// <summary>
    /// Takes the arguments of <c>new TActor(...)</c> once, now; an expression that casts is kept whole and run for
    /// each actor.
    /// </summary>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy supervisorStrategy = null)
        where TActor : ActorBase => factory.Body switch
        {
            UnaryExpression => new DynamicProps<TActor>(factory.Compile()),
            NewExpression created => Made(typeof(TActor), ExpressionArguments.Of(created), supervisorStrategy),
            _ => throw new ArgumentException("The create function must be a 'new T (args)' expression"),
        };

    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => Made(typeof(TActor), args, null);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => Made(typeof(TActor), NoArgs, supervisorStrategy);

    public static Props Create(Type type, params object[] args) => new(type, args);

    [Obsolete("Do not use this method. Call CreateBy(IIndirectActorProducer, params object[] args) instead")]
    public static Props CreateBy<TProducer>(params object[] args)
        where TProducer : class, IIndirectActorProducer => new(typeof(TProducer), args);

    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) => new(producer, DefaultDeploy, args);

    public Props WithMailbox(string mailbox) => With(Deploy.WithMailbox(mailbox));

    public Props WithDispatcher(string dispatcher) => With(Deploy.WithDispatcher(dispatcher));

    public Props WithRouter(RouterConfig routerConfig) => With(Deploy.WithRouterConfig(routerConfig));

    public Props WithStashCapacity(int stashCapacity) => With(Deploy.WithStashCapacity(stashCapacity));

    public Props WithDeploy(Deploy deploy) => With(deploy.WithFallback(Deploy));

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy)
    {
        var copy = Copy();
        copy.SupervisorStrategy = supervisorStrategy;
        return copy;
    }

    public virtual ActorBase NewActor()
    {
        try
        {
            return _producer.Produce();
        }
        catch (Exception exception)
        {
            throw new TypeLoadException($"Error while creating actor instance of type {Type} with {Arguments.Length} args: ({StringFormat.SafeJoin(",", Arguments)})", exception);
        }
    }

    // The arguments themselves do not count, only how many they are.
    public bool Equals(Props other) =>
        ReferenceEquals(this, other)
        || (other is not null && Deploy.Equals(other.Deploy) && Arguments.Length == other.Arguments.Length && _inputType == other._inputType);

    public override bool Equals(object obj) => obj is Props other && other.GetType() == GetType() && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_inputType, Arguments.Length);

    public ISurrogate ToSurrogate(ActorSystem system) => new PropsSurrogate { Arguments = Arguments, Type = Type, Deploy = Deploy };

    internal void Release(ActorBase actor) => _producer?.Release(actor);

    protected virtual Props Copy() => new(_producer, Deploy, Arguments) { SupervisorStrategy = SupervisorStrategy };

    private static Type Given(Type type) => type ?? throw new ArgumentNullException(nameof(type), NullTypeText);

    private static Props Made(Type type, object[] args, SupervisorStrategy supervisorStrategy) =>
        new(new ActivatorProducer(type, args), DefaultDeploy, args) { SupervisorStrategy = supervisorStrategy };

    private static IIndirectActorProducer ProducerOf(Type type, object[] args) =>
        type is null ? DefaultProducer.Instance
        : type.Implements<IIndirectActorProducer>() ? (IIndirectActorProducer)Activator.CreateInstance(type, args)
        : type.Implements<ActorBase>() ? new ActivatorProducer(type, args)
        : throw new ArgumentException($"Unknown actor producer [{type.FullName}]", nameof(type));

    private Props With(Deploy deploy)
    {
        var copy = Copy();
        copy.Deploy = deploy;
        return copy;
    }

    public class PropsSurrogate : ISurrogate
    {
        public Type Type { get; set; }

        public Deploy Deploy { get; set; }

        public object[] Arguments { get; set; }

        public ISurrogated FromSurrogate(ActorSystem system) => new Props(Deploy, Type, Arguments);
    }
}
