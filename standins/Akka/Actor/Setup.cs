using System;
using System.Collections.Immutable;
using System.Linq;
using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor.Setup
{
    /// <summary>Something a system is told when it is made.</summary>
    public abstract class Setup
    {
        public ActorSystemSetup And(Setup other) => ActorSystemSetup.Empty.WithSetup(this).WithSetup(other);
    }

    public sealed class ActorSystemSetup
    {
        public static readonly ActorSystemSetup Empty = new(ImmutableDictionary<Type, Setup>.Empty);

        private readonly ImmutableDictionary<Type, Setup> _setups;

        private ActorSystemSetup(ImmutableDictionary<Type, Setup> setups) => _setups = setups;

        public static ActorSystemSetup Create(params Setup[] setups) => setups.Aggregate(Empty, static (all, one) => all.WithSetup(one));

        public Option<T> Get<T>() where T : Setup => _setups.TryGetValue(typeof(T), out var setup) ? new Option<T>((T)setup) : Option<T>.None;

        public ActorSystemSetup WithSetup<T>(T setup) where T : Setup => new(_setups.SetItem(setup.GetType(), setup));

        public ActorSystemSetup And<T>(T setup) where T : Setup => WithSetup(setup);

        public override string ToString() => $"ActorSystemSetup({string.Join(",", _setups.Keys.Select(static t => t.FullName))})";
    }
}

namespace Akka.Actor
{
    public abstract class ProviderSelection
    {
        private ProviderSelection(string identifier, string fqn)
        {
            Identifier = identifier;
            Fqn = fqn;
        }

        internal string Identifier { get; }

        internal string Fqn { get; }

        public sealed class Local : ProviderSelection
        {
            public static readonly Local Instance = new();

            private Local() : base("local", "Akka.Actor.LocalActorRefProvider")
            {
            }
        }
    }

    public sealed class BootstrapSetup : Setup.Setup
    {
        private BootstrapSetup(Option<Config> config, Option<ProviderSelection> provider)
        {
            Config = config;
            ActorRefProvider = provider;
        }

        public Option<Config> Config { get; }

        public Option<ProviderSelection> ActorRefProvider { get; }

        public static BootstrapSetup Create() => new(Option<Config>.None, Option<ProviderSelection>.None);

        public BootstrapSetup WithConfig(Config config) => new(config, ActorRefProvider);

        public BootstrapSetup WithActorRefProvider(ProviderSelection provider) => new(Config, provider);
    }
}

namespace Akka.Actor.Internal
{
    /// <summary>Whose turn it is on this thread.</summary>
    public static class InternalCurrentActorCellKeeper
    {
        [ThreadStatic]
        private static ActorCell t_current;

        public static ActorCell Current
        {
            get => t_current;
            set => t_current = value;
        }
    }
}
