import express from 'express';
import type { SimContext } from '../../kit/sim.ts';
import type { ChangeData, PublishSwitches } from './changeData.ts';
import { eventNameOf } from './events/types.ts';
import { ChannelFault } from './channels/fault.ts';
import type { ChannelMember } from './channels/channels.ts';
import type { PubSubServer } from './server/server.ts';
import type { StreamSwitches } from './server/subscription.ts';

type Body = Partial<PublishSwitches & StreamSwitches> & { deliveryLimit?: number; disconnect?: 'error' | 'end' };
type MemberBody = Partial<ChannelMember> & { object?: string };
type ChannelsBody = {
  channels?: { fullName: string; label?: string; channelType?: string }[];
  members?: MemberBody[];
  maxEntities?: number;
};

/** A name such as tools give to members: the channel and the event, with single underscores. */
function memberOf({ object, ...member }: MemberBody): ChannelMember {
  const selectedEntity = member.selectedEntity ?? eventNameOf(object ?? '');
  const eventChannel = member.eventChannel ?? 'ChangeEvents';
  const fullName = `${eventChannel}_${selectedEntity}`.replaceAll(/_+/g, '_');
  return { fullName, enrichedFields: [], ...member, eventChannel, selectedEntity };
}

/** Switches of change events under `/__sim/pubsub` and `/__sim/channels`. */
export function mountPubSubSwitches({ app }: SimContext, data: ChangeData, server: () => PubSubServer | null): void {
  const sim = express.Router();
  sim.use(express.json());
  const state = () => ({
    ...data.switches,
    ...server()?.streams,
    deliveryLimit: data.usage.max,
    remaining: data.usage.remaining(),
    ...server()?.counts(),
  });
  sim.get('/pubsub', (_req, res) => void res.json(state()));
  sim.post('/pubsub', (req, res) => {
    const { deliveryLimit, disconnect, keepAliveMs, idleMs, ...switches } = req.body as Body;
    data.switches = { ...data.switches, ...switches };
    if (deliveryLimit !== undefined) data.usage.max = deliveryLimit;
    const running = server();
    if (running) {
      if (keepAliveMs !== undefined) running.streams.keepAliveMs = keepAliveMs;
      if (idleMs !== undefined) running.streams.idleMs = idleMs;
      if (disconnect !== undefined) running.disconnect(disconnect);
    }
    res.json(state());
  });
  sim.get(
    '/channels',
    (_req, res) => void res.json({ ...data.channels.list(), maxEntities: data.channels.maxEntities }),
  );
  sim.post('/channels', (req, res) => {
    const { channels = [], members = [], maxEntities } = req.body as ChannelsBody;
    if (maxEntities !== undefined) data.channels.maxEntities = maxEntities;
    try {
      for (const { fullName, label = fullName, channelType = 'data' } of channels)
        data.channels.saveChannel({ fullName, label, channelType });
      for (const member of members) data.channels.saveMember(memberOf(member));
    } catch (error) {
      if (!(error instanceof ChannelFault)) throw error;
      return void res.status(400).json({ errorCode: error.statusCode, message: error.message });
    }
    res.json(data.channels.list());
  });
  sim.delete('/channels/:name', (req, res) => {
    const removed = data.channels.removeMember(req.params.name) || data.channels.removeChannel(req.params.name);
    res.status(removed ? 200 : 404).json({ removed });
  });
  app.use('/__sim', sim);
}
