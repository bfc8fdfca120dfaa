using System;
using Akka.Actor.Setup;

namespace Akka.Hosting
{
    /// <summary>An option that writes itself into the configuration.</summary>
    public interface IHoconOption
    {
        string ConfigPath { get; }

        Type Class { get; }

        void Apply(AkkaConfigurationBuilder builder, Setup? setup = null);
    }

    public interface IDiscoveryOptions : IHoconOption
    {
    }
}

namespace Akka.Hosting.Coordination
{
    public abstract class LeaseOptionBase : IHoconOption
    {
        public abstract string ConfigPath { get; }

        public abstract Type Class { get; }

        public abstract void Apply(AkkaConfigurationBuilder builder, Setup? setup = null);
    }
}
